import type { DeviceInspector, InspectOptions } from './device-inspector.js';
import { nicNotEnabled } from './nic-not-enabled.js';
import { nicUnreadable } from './nic-unreadable.js';

/**
 * Guest-physical address of a card's registers: a BAR of memory with at least `bytes`. Rejects with
 * HERALD_NIC_NOT_ENABLED where the guest has not mapped it, and with HERALD_DEVICE_UNREADABLE where there is none.
 */
export const registerAddress = async (
  device: DeviceInspector,
  { bar, bytes }: { readonly bar: number; readonly bytes: number },
  options: InspectOptions,
): Promise<number> => {
  const region = (await device.regions(options)).find((each) => each.bar === bar);
  if (region?.kind !== 'memory' || region.size < bytes) {
    const found =
      region === undefined ? `it has no BAR ${bar}` : `BAR ${bar} is ${region.size} bytes of ${region.kind}`;
    throw nicUnreadable(device.nic, `${found}, where at least ${bytes} bytes of memory were expected`);
  }
  const { address } = region;
  if (address === undefined) throw nicNotEnabled(device.nic);
  if (!Number.isSafeInteger(address) || address < 0 || address % 4 !== 0) {
    throw nicUnreadable(
      device.nic,
      `BAR ${bar} is said to be at ${address}, which is no address of a register`,
    );
  }
  return address;
};
