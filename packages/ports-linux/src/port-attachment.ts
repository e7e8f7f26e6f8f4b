import type { PortAttachment } from '@nic-herald/core';
import type { LinkInfo, Links } from '@nic-herald/linux-sys';
import { MacAddress } from '@nic-herald/wire';
import { carriedByBridge } from './bridge-carries.js';
import { carriedByOvs } from './ovsdb/ovs-carries.js';
import type { OvsPlace } from './ovsdb/ovs-tables.js';
import type { OvsdbWatch } from './ovsdb/ovsdb-watch.js';

/** Most uplinks of a bridge that are told. */
const MAX_UPLINKS = 64;

/** What tells where Open vSwitch has an interface. */
export type OvsPlaces = Pick<OvsdbWatch, 'placeOf'>;

/**
 * What a port is attached to: a Linux bridge, Open vSwitch (whose networks the kernel does not tell), another kind of switch, or what a
 * macvtap stands on; or that it stands alone. `all` are the interfaces of a moment ago. Throws SystemCallError.
 */
export const attachmentOf = (
  links: Links,
  link: LinkInfo,
  all: readonly LinkInfo[],
  openVswitch: OvsPlaces,
): PortAttachment => {
  const { masterIndex, linkedIndex, bridgePortState, bridgePortLearns } = link;
  if (masterIndex === undefined) {
    if (link.kind !== 'macvtap') return ovsAttachment(openVswitch.placeOf(link.name)) ?? { alone: true };
    const below = linkedIndex !== undefined && links.find({ index: linkedIndex });
    if (!below) return { alone: true };
    return { network: below.name, uplinks: [below.name], ...receivedBy(link) };
  }
  const master = links.find({ index: masterIndex });
  if (master?.kind === OPEN_VSWITCH) return ovsAttachment(openVswitch.placeOf(link.name)) ?? OVS_UNKNOWN;
  if (master === undefined || bridgePortState === undefined) return {};
  const carries = master.vlanFiltering ? carriedByBridge(master, links.vlansAt(link.index)) : undefined;
  return {
    network: master.name,
    ...(master.vlanFiltering === undefined ? {} : { vlans: master.vlanFiltering ? 'aware' : 'unaware' }),
    ...(carries === undefined ? {} : { carries }),
    uplinks: uplinksOf(masterIndex, all),
    ...(bridgePortLearns === undefined ? {} : { learns: bridgePortLearns }),
    forwards: bridgePortState === 'forwarding',
  };
};

/** A macvtap hands on what is for its own MAC, and that may be another than the guest's by now (macvlan_handle_frame in the kernel). */
const receivedBy = ({ takesAllMacs, address }: LinkInfo): Pick<PortAttachment, 'receives'> => {
  const own = takesAllMacs === false && address !== undefined ? MacAddress.fromBytes(address) : undefined;
  return typeof own === 'string' ? { receives: own } : {};
};

/**
 * An interface that may be in Open vSwitch, whose database then says more: its master is the kernel's datapath, or it has none, as taps of
 * the datapath in user space.
 */
export const mayBeInOpenVswitch = (links: Links, { kind, masterIndex }: LinkInfo): boolean =>
  masterIndex === undefined ? kind !== 'macvtap' : links.find({ index: masterIndex })?.kind === OPEN_VSWITCH;

/** The kind of `ovs-system`, which is the master of what is in any bridge of the kernel's datapath. */
const OPEN_VSWITCH = 'openvswitch';

/** The kernel says that it is in Open vSwitch, and the database does not say where. */
const OVS_UNKNOWN: PortAttachment = { switch: 'Open vSwitch', vlans: 'aware' };

/** A bridge there is no network: flows may keep its ports apart, as neutron's and OVN's do. */
const ovsAttachment = (place: OvsPlace | undefined): PortAttachment | undefined => {
  if (place === undefined) return undefined;
  const carries = carriedByOvs(place.port);
  return {
    switch: `Open vSwitch ${place.bridge}`,
    vlans: 'aware',
    ...(carries === undefined ? {} : { carries }),
    ...(place.isManaged ? { opensOn: 'rarp' } : {}),
  };
};

/** Lists the ports of a bridge that are no taps, which is where its guests are. */
const uplinksOf = (bridgeIndex: number, all: readonly LinkInfo[]): readonly string[] =>
  all
    .filter(({ kind, masterIndex }) => masterIndex === bridgeIndex && kind !== 'tun')
    .slice(0, MAX_UPLINKS)
    .map(({ name }) => name);
