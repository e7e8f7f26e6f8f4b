import type { NetworkNic } from '../commands/network-clients.js';
import type { QomChild } from '../commands/qmp-commands.js';

/** A device in QEMU's object tree that could be one of the NICs. */
export interface NicDevice extends QomChild {
  /** The name of its netdev; empty where it has none. */
  readonly netdev: string;
}

const order = ({ path }: QomChild): number => Number(/\[(\d+)\]$/.exec(path)?.[1] ?? -1);
const netdevOf = (nic: NetworkNic): string => nic.peer?.name ?? nic.hub?.port ?? '';

/**
 * Finds the object of each NIC that has no device id, by NIC name: by type and netdev, which is plugged into
 * one NIC only; and by order of creation among those of one type without a netdev, since QEMU numbers both
 * names (`e1000.0`) and objects (`device[3]`) as they come.
 */
export const anonymousPaths = (
  nics: readonly NetworkNic[],
  devices: readonly NicDevice[],
): ReadonlyMap<string, string> => {
  const free = devices.toSorted((a, b) => order(a) - order(b));
  const paths = new Map<string, string>();
  for (const nic of nics) {
    const index = free.findIndex(({ type, netdev }) => type === nic.model && netdev === netdevOf(nic));
    const [device] = index === -1 ? [] : free.splice(index, 1);
    if (device) paths.set(nic.name, device.path);
  }
  return paths;
};
