import type { Port, Station } from '@nic-herald/core';
import {
  type LinkInfo,
  type Links,
  NetlinkSocket,
  networkNamespace,
  tableOfBridge,
  tableOfPort,
} from '@nic-herald/linux-sys';
import { findInTable } from './find-in-table.js';
import { leadsToGuest } from './leads-to-guest.js';
import { keyIn } from './local-evidence.js';
import type { PortPicture, Uplink } from './port-picture.js';

/**
 * Looks at a guest's port for some stations. Those that are not there are looked for at the other ports of its bridge, too, where `everywhere` says
 * so: in its whole table. `undefined` for a port of another network namespace, or that is no interface. Rejects with SystemCallError.
 */
export const lookAtPort = async (
  port: Port,
  links: Links,
  stations: readonly Station[],
  everywhere: boolean,
): Promise<PortPicture | undefined> => {
  const { index, namespace } = port;
  if (index === undefined || (namespace !== undefined && namespace !== networkNamespace())) return undefined;
  const link = links.find({ index });
  if (link === undefined) return { in: 'gone' };
  if (link.kind === 'macvtap') return undefined;
  if (link.masterIndex === undefined) return { in: 'nothing' };
  const { masterIndex } = link;
  const all = await links.all();
  const master = all.find((each) => each.index === masterIndex);
  const uplinks = uplinksOf(port, link, all);
  if (master === undefined || link.bridgePortState === undefined) return { in: 'switch', uplinks };
  const vlanAware = master.vlanFiltering ?? false;
  const untagged = vlanAware ? links.vlansAt(index)?.untagged : undefined;
  const sought = new Set(stations.map((station) => keyIn(station, vlanAware)));
  const netlink = new NetlinkSocket();
  try {
    const here = await findInTable(tableOfPort(netlink, index), { stations: sought, untagged });
    const missing = new Set([...sought].filter((key) => everywhere && !here.has(key)));
    const at = await findInTable(tableOfBridge(netlink, masterIndex), { stations: missing, untagged });
    const names = new Map(all.map((each) => [each.index, each.name]));
    return {
      in: 'bridge',
      forwards: link.up && link.bridgePortState === 'forwarding',
      learns: link.bridgePortLearns ?? true,
      vlanAware,
      here: new Set(here.keys()),
      elsewhere: new Map(
        [...at].flatMap(([key, other]) => {
          const name = other === index ? undefined : names.get(other);
          return name === undefined ? [] : [[key, name] as const];
        }),
      ),
      uplinks,
    };
  } finally {
    netlink.close();
  }
};

/** Those that the port's resolver named, or what is in the bridge and leads to no guest. */
const uplinksOf = (port: Port, { masterIndex }: LinkInfo, all: readonly LinkInfo[]): readonly Uplink[] => {
  const named = port.attachment?.uplinks;
  const isUplink = (link: LinkInfo): boolean =>
    named === undefined ? link.masterIndex === masterIndex && !leadsToGuest(link) : named.includes(link.name);
  return all
    .filter((link) => isUplink(link) && link.name !== port.name)
    .slice(0, 64)
    .map(({ name, up, carrier }) => ({ name, isUp: up && carrier }));
};
