import { loadRecording, type NicValues, recordedDevice } from '@nic-herald/testkit';

/**
 * What probes found of a recorded guest, as its card lists it: MACs and VLANs apart. Only for guests whose card lists
 * all that they answer to.
 */
export const recordedValues = (
  name: string,
  rest: Partial<NicValues> = {},
  end: 'source' | 'destination' = 'source',
): NicValues => {
  const recording = loadRecording(name);
  const [primary, ...others] = recording.truth.stations;
  const macs = new Set(others.map(({ mac }) => mac).filter((mac) => mac !== primary?.mac));
  const vlans = new Set(others.map(({ vlan }) => vlan).filter((vlan) => vlan !== undefined));
  return {
    device: () => recordedDevice(recording, end),
    ...(primary === undefined ? {} : { currentMac: primary.mac }),
    unicast: [...macs],
    vlans: [...vlans],
    incomplete: [],
    ...rest,
  };
};
