import type { DeviceInspector, DeviceRegion } from '@nic-herald/core';
import { fakeDevice } from './fake-device.js';
import { MemoryImage } from './memory-image.js';
import type { Recording } from './recording.js';

interface PciDevice {
  readonly qdev_id: string;
  readonly regions: readonly {
    readonly bar: number;
    readonly type: 'memory' | 'io';
    readonly address: number;
    readonly size: number;
  }[];
}

/**
 * The NIC of a recorded guest, for the tests of its model: as it was on the source host, or as the migration left
 * it on the destination.
 */
export const recordedDevice = (
  recording: Recording,
  end: 'source' | 'destination' = 'source',
): DeviceInspector => {
  const { before, after } = recording[end];
  const exchanges = end === 'source' ? before : after;
  const reply = (command: string): unknown =>
    exchanges.findLast((exchange) => exchange.command === command)?.reply;
  const named = (property: string): string =>
    String(before.find(({ arguments: { property: asked } }) => asked === property)?.reply);
  const [receiveFilter] = (reply('query-rx-filter') ?? []) as readonly unknown[];
  const devices = (
    (reply('query-pci') ?? []) as readonly { readonly devices: readonly PciDevice[] }[]
  ).flatMap((bus) => bus.devices);
  const nic = devices.find(({ qdev_id: id }) => id === 'nic0');
  return fakeDevice({
    type: named('type'),
    primaryMac: named('mac'),
    regions: (nic?.regions ?? []).map(regionOf),
    memory: new MemoryImage(exchanges).recordedWords(),
    ...(receiveFilter === undefined ? {} : { receiveFilter }),
  });
};

/** QEMU gives -1 as address of a region that is not mapped. */
const regionOf = ({ bar, type: kind, size, address }: PciDevice['regions'][number]): DeviceRegion =>
  address < 0 ? { bar, kind, size } : { bar, kind, size, address };
