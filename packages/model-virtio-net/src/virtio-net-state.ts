import {
  boundedArray,
  distinctArray,
  listedVlans,
  macSchema,
  vlanListSchema,
} from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

/** Most secondary MACs of both kinds together: QEMU's MAC_TABLE_ENTRIES, one table for unicast and multicast. */
export const MAC_TABLE_ENTRIES = 64;
const MAX_VLAN_BITS = 4096;

/**
 * Which unicast frames the card takes besides the ones its MAC table lists: VIRTIO 1.2, 5.1.6.5.1,
 * VIRTIO_NET_CTRL_RX_ALLUNI (`all`) and VIRTIO_NET_CTRL_RX_NOUNI (`none`: not even its own MAC).
 */
export type UnicastMode = 'normal' | 'all' | 'none';

/**
 * The VLAN table: the VIDs it lists, 0 to 4094, ascending, as the guest set them (Linux adds VID 0 to every
 * table; it means no VLAN). `all`: the guest did not negotiate VLAN filtering and gets every VLAN.
 * `too-many`: the table has more than 512 VIDs and tells nothing. Windows' NetKVM enables all 4095 when it loads, and
 * QEMU 10.0.1 to 10.0.3 report a table that is stuck full.
 */
export type VlanTable = readonly number[] | 'all' | 'too-many';

/** What a virtio-net card holds of its guest's addresses. JSON as it stands. */
export interface VirtioNetState {
  /** The MAC the guest uses now; absent where it set one that no station can have. */
  readonly mainMac?: MacAddress;
  /** The card takes every frame; its tables stay as the guest filled them but are not used. QEMU's default. */
  readonly promiscuous: boolean;
  readonly unicastMode: UnicastMode;
  /** The guest asked for more unicast MACs than fit: the table is then empty and the card takes all. */
  readonly unicastOverflow: boolean;
  /** Secondary unicast MACs, each once. */
  readonly unicast: readonly MacAddress[];
  /** Multicast MACs, each once; with `unicast` at most 64. */
  readonly multicast: readonly MacAddress[];
  /** Entries of the unicast table that are no station's address (group or zero), 0 to 64: left out. */
  readonly unfitEntries: number;
  readonly vlans: VlanTable;
  /** The hypervisor that was read empties the VLAN table when it loads the card: QEMU before 8.2. */
  readonly dropsVlansOnLoad: boolean;
  /** `vlans` holds VLANs that the card itself lost in a migration. */
  readonly vlanTableLost?: true;
  /** `vlans` is `too-many` because of the hypervisor, not of the guest: QEMU 10.0.1 to 10.0.3. */
  readonly vlanTableStuck?: true;
}

const vlanTable = z.union([z.literal('all'), vlanListSchema({ least: 0 })]);

/** Parses a state that another host, or another version, wrote. */
export const virtioNetState: z.ZodType<VirtioNetState> = z
  .object({
    mainMac: macSchema('station').optional(),
    promiscuous: z.boolean(),
    unicastMode: z.enum(['normal', 'all', 'none']),
    unicastOverflow: z.boolean(),
    unicast: distinctArray(macSchema('station'), MAC_TABLE_ENTRIES),
    multicast: distinctArray(macSchema('group'), MAC_TABLE_ENTRIES),
    unfitEntries: z.int().min(0).max(MAC_TABLE_ENTRIES),
    vlans: vlanTable,
    dropsVlansOnLoad: z.boolean(),
    vlanTableLost: z.literal(true).optional(),
    vlanTableStuck: z.literal(true).optional(),
  })
  .refine(({ unicast, multicast }) => unicast.length + multicast.length <= MAC_TABLE_ENTRIES, {
    message: `more than ${MAC_TABLE_ENTRIES} unicast and multicast MACs together`,
  })
  .transform(
    ({ mainMac, vlanTableLost, vlanTableStuck, ...rest }): VirtioNetState => ({
      ...rest,
      ...(mainMac === undefined ? {} : { mainMac }),
      ...(vlanTableLost === undefined ? {} : { vlanTableLost }),
      ...(vlanTableStuck === undefined ? {} : { vlanTableStuck }),
    }),
  );

const macTable = boundedArray(macSchema('MAC'), MAC_TABLE_ENTRIES);

/**
 * One entry of QEMU's `query-rx-filter`, as far as it is used. Not read: `broadcast-allowed`, which says the
 * opposite of its name (it returns the no-broadcast flag, still in 10.2), and the multicast mode, since
 * multicast is never announced.
 */
export const rxFilterReport = z
  .object({
    'main-mac': macSchema('MAC'),
    promiscuous: z.boolean(),
    unicast: z.enum(['normal', 'all', 'none']),
    'unicast-overflow': z.boolean(),
    'unicast-table': macTable,
    'multicast-table': macTable,
    vlan: z.enum(['normal', 'all', 'none']),
    'vlan-table': boundedArray(z.int().min(0).max(4095), MAX_VLAN_BITS),
  })
  .refine(
    (report) => report['unicast-table'].length + report['multicast-table'].length <= MAC_TABLE_ENTRIES,
    {
      message: `unicast-table and multicast-table together have more than ${MAC_TABLE_ENTRIES} entries`,
    },
  );

/** A report as QEMU gave it, checked. */
export type RxFilterReport = z.output<typeof rxFilterReport>;

/** Reads a checked report into the state. The guest wrote the tables: any MAC can stand in either of them. */
export const stateOfReport = (
  report: RxFilterReport,
  facts: { readonly dropsVlansOnLoad: boolean; readonly fillsVlanTable: boolean },
): VirtioNetState => {
  const table = report['unicast-table'];
  const unicast = table.filter(MacAddress.isStationAddress);
  const vlans = vlanTableOf(report);
  return {
    ...(MacAddress.isStationAddress(report['main-mac']) ? { mainMac: report['main-mac'] } : {}),
    promiscuous: report.promiscuous,
    unicastMode: report.unicast,
    unicastOverflow: report['unicast-overflow'],
    unicast: [...new Set(unicast)],
    multicast: [...new Set(report['multicast-table'].filter(MacAddress.isGroup))],
    unfitEntries: table.length - unicast.length,
    vlans,
    dropsVlansOnLoad: facts.dropsVlansOnLoad,
    ...(vlans === 'too-many' && facts.fillsVlanTable ? { vlanTableStuck: true } : {}),
  };
};

const vlanTableOf = (report: RxFilterReport): VlanTable => {
  if (report.vlan === 'all') return 'all'; // the table then lists all of 0 to 4095
  const vids = new Set(report['vlan-table'].filter((id) => id !== 4095));
  return listedVlans([...vids].toSorted((a, b) => a - b));
};
