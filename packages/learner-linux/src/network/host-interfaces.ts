import type { LinkInfo } from '@nic-herald/linux-sys';

/** Interfaces that put their own MAC, or addresses, into the network of what they stand on. A macvtap is a guest's. */
const STANDS_IN_NETWORK: ReadonlySet<string | undefined> = new Set(['vlan', 'macvlan', 'ipvlan']);

/** Whether a port of a bridge leads away from this host's guests, which are at taps. */
export const isUplink = ({ kind }: LinkInfo): boolean => kind !== 'tun';

/**
 * The interfaces by which this host itself is in the network of a bridge: the bridge, what stands on it and the bridges that
 * these are ports of, its uplinks and what they stand on.
 */
export const hostInterfaces = (links: readonly LinkInfo[], bridge: LinkInfo): ReadonlySet<LinkInfo> => {
  const byIndex = new Map(links.map((link) => [link.index, link]));
  const uplinks = links.filter((link) => link.masterIndex === bridge.index && isUplink(link));
  return new Set([
    ...reached([bridge], (link) => above(link, links, byIndex)),
    ...reached(uplinks, (link) => below(link, links, byIndex)),
  ]);
};

type ByIndex = ReadonlyMap<number, LinkInfo>;

/** A VLAN interface on a bridge is often the port of another bridge, which then has the address. */
const above = (link: LinkInfo, links: readonly LinkInfo[], byIndex: ByIndex): readonly LinkInfo[] => {
  const master = STANDS_IN_NETWORK.has(link.kind) ? byIndex.get(link.masterIndex ?? 0) : undefined;
  const standing = links.filter(
    ({ kind, linkedIndex }) => linkedIndex === link.index && STANDS_IN_NETWORK.has(kind),
  );
  return master === undefined ? standing : [...standing, master];
};

const below = (link: LinkInfo, links: readonly LinkInfo[], byIndex: ByIndex): readonly LinkInfo[] => {
  const lower = link.linkedIndex === undefined ? undefined : byIndex.get(link.linkedIndex);
  // The number of a cable's other end may be that of an interface in another namespace.
  const isHere = link.kind !== 'veth' || lower?.linkedIndex === link.index;
  const members = link.kind === 'bridge' ? [] : links.filter((other) => other.masterIndex === link.index);
  return lower !== undefined && isHere ? [...members, lower] : members;
};

const reached = (
  from: readonly LinkInfo[],
  next: (link: LinkInfo) => readonly LinkInfo[],
): ReadonlySet<LinkInfo> => {
  const all = new Set(from);
  for (const link of all) for (const one of next(link)) all.add(one); // a set goes on to what is added meanwhile
  return all;
};
