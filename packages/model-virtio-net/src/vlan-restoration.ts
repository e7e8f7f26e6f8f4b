import type { RestorableStates } from '@nic-herald/core';
import { listedVlans } from '@nic-herald/core/internal';
import type { VirtioNetState } from './virtio-net-state.js';

/**
 * Whether this hypervisor empties a virtio-net card's VLAN table when it loads the card's state: QEMU before
 * 8.2.0 does (`virtio_net_set_features` clears it, and runs after the load). What cannot be told is taken for
 * affected; a card that is not shows it by a table that is not empty.
 */
export const dropsVlansOnLoad = (hypervisor: {
  readonly name: string;
  readonly version: string;
}): boolean => {
  const version = /^(\d{1,4})\.(\d{1,4})/.exec(hypervisor.version);
  if (!hypervisor.name.toLowerCase().startsWith('qemu') || version === null) return true;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 8 || (major === 8 && minor < 2);
};

/**
 * Puts back the VLANs that the card lost when it was loaded, until the guest sets up its table anew.
 *
 * Linux writes VID 0 into the table when it sets an interface up, and at no other time. So where the
 * carried table had VID 0, a table without it is one that was emptied, and what the guest adds to it since
 * are more VLANs, not all of them. Where it had none, any change by the guest counts as a new table.
 */
export const restoreVlans = (states: RestorableStates<VirtioNetState>): VirtioNetState => {
  const { live, loaded, carried } = states;
  // A table that was filled by the fault of an earlier host arrives full, on any QEMU.
  if (carried.vlanTableStuck === true && live.vlans === 'too-many' && loaded.vlans === 'too-many')
    return { ...live, vlanTableStuck: true };
  const vlans = { live: listed(live), loaded: listed(states.loaded), carried: listed(carried) };
  if (vlans.live === undefined || vlans.loaded === undefined || carried.vlans === 'all') return live;
  if (!wasEmptied(states, vlans.loaded) || guestSetTable(vlans.live, vlans.loaded, vlans.carried))
    return live;
  if (vlans.carried === undefined) {
    const stuck = carried.vlanTableStuck === true ? { vlanTableStuck: true as const } : {};
    return { ...live, vlans: 'too-many', vlanTableLost: true, ...stuck };
  }
  const restored = new Set([...vlans.carried, ...vlans.live]);
  const lost = [...restored].filter((vid) => vid !== 0 && !vlans.live?.has(vid));
  if (lost.length === 0) return live;
  return {
    ...live,
    vlans: listedVlans([...restored].toSorted((a, b) => a - b)),
    vlanTableLost: true,
  };
};

/** The VIDs of a table that lists them. */
const listed = ({ vlans }: VirtioNetState): ReadonlySet<number> | undefined =>
  typeof vlans === 'string' ? undefined : new Set(vlans);

/**
 * Whether the table as it was loaded lacks what was carried. A table that an earlier hop emptied arrives
 * empty on any QEMU. Otherwise this QEMU must have the fault, and a carried VID that is still there shows that
 * nothing was loaded: the agent started anew beside a running guest.
 */
const wasEmptied = (
  { live, carried }: RestorableStates<VirtioNetState>,
  loaded: ReadonlySet<number>,
): boolean => {
  const carriedVlans = listed(carried);
  if (carried.vlanTableLost === true) return !(carriedVlans?.has(0) === true && loaded.has(0));
  if (!live.dropsVlansOnLoad) return false;
  return carriedVlans === undefined ? loaded.size === 0 : ![...carriedVlans].some((vid) => loaded.has(vid));
};

/** Whether the guest has set up its table since it was loaded, so that it is the guest's own word again. */
const guestSetTable = (
  live: ReadonlySet<number>,
  loaded: ReadonlySet<number>,
  carried: ReadonlySet<number> | undefined,
): boolean => {
  if ([...loaded].some((vid) => !live.has(vid))) return true;
  const added = [...live].filter((vid) => !loaded.has(vid));
  return carried?.has(0) === true ? added.includes(0) : added.length > 0;
};
