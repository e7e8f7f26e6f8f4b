import type { FilterView, NicLimits } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { quote } from './contract-broken.js';

/** What is wrong with a model's filter view by the contract, in words; `undefined` where nothing is. */
export const filterViewFault = (view: FilterView, limits: NicLimits): string | undefined => {
  const given: unknown = view;
  if (typeof given !== 'object' || given === null) return `it is ${quote(given)}, not a FilterView`;
  for (const member of ['unicast', 'multicast', 'incomplete'] as const) {
    if (!Array.isArray(view[member]))
      return `\`${member}\` is ${quote(view[member])}: an array is wanted, empty for none`;
  }
  return (
    macsFault(view) ??
    vlansFault(view, limits) ??
    exactFault(view) ??
    limitFault(view, limits) ??
    incompleteFault(view)
  );
};

const notAStation = (where: string, mac: unknown): string | undefined =>
  MacAddress.is(mac) && MacAddress.isStationAddress(mac)
    ? undefined
    : `${where} is ${quote(mac)}: only a unicast MAC that is not zero, in lower case with colons, can be a station; leave it out`;

const first = (faults: Iterable<string | undefined>): string | undefined => {
  for (const fault of faults) if (fault !== undefined) return fault;
  return undefined;
};

const macsFault = ({ currentMac, unicast, multicast }: FilterView): string | undefined =>
  (currentMac === undefined ? undefined : notAStation('`currentMac`', currentMac)) ??
  first(unicast.map((mac, index) => notAStation(`\`unicast[${index}]\``, mac))) ??
  first(
    multicast.map((mac, index) =>
      MacAddress.is(mac) && MacAddress.isGroup(mac)
        ? undefined
        : `\`multicast[${index}]\` is ${quote(mac)}: only group MACs belong there`,
    ),
  );

const vlansFault = ({ vlans }: FilterView, limits: NicLimits): string | undefined => {
  if (vlans === 'unknown') return undefined;
  if (!Array.isArray(vlans)) return `\`vlans\` is ${quote(vlans)}: a list or 'unknown' is wanted`;
  if (vlans.length > limits.vlans) {
    return `it lists ${vlans.length} VLANs, and \`limits.vlans\` is ${limits.vlans}: say 'unknown' where the card takes more than it can list`;
  }
  return first(
    vlans.map((vlan: unknown, index) =>
      VlanId.is(vlan)
        ? undefined
        : `\`vlans[${index}]\` is ${quote(vlan)}: VLANs are 1 to 4094 (0 means untagged, leave it out)`,
    ),
  );
};

const exactFault = ({ exact }: FilterView): string | undefined => {
  if (exact === undefined) return undefined;
  if (!Array.isArray(exact))
    return `\`exact\` is ${quote(exact)}: a list of stations is wanted, or no such member`;
  return first(
    exact.map(
      ({ mac, vlan }, index) =>
        notAStation(`\`exact[${index}].mac\``, mac) ??
        (vlan === undefined || VlanId.is(vlan)
          ? undefined
          : `\`exact[${index}].vlan\` is ${quote(vlan)}: VLANs are 1 to 4094; untagged has no such member`),
    ),
  );
};

const limitFault = (
  { unicast, multicast, exact = [] }: FilterView,
  limits: NicLimits,
): string | undefined => {
  const listed = new Set(unicast);
  const paired = new Set(exact.map(({ mac }) => mac).filter((mac) => !listed.has(mac)));
  const secondary = unicast.length + paired.size;
  const shared = limits.shared ?? Number.POSITIVE_INFINITY;
  const counts = [
    [secondary, 'secondary unicast MACs', 'unicast', limits.unicast],
    [multicast.length, 'multicast MACs', 'multicast', limits.multicast],
    [secondary + multicast.length, 'MACs of both kinds', 'shared', shared],
  ] as const;
  const over = counts.find(([count, , , most]) => count > most);
  if (over === undefined) return undefined;
  const [count, what, limit, most] = over;
  return `it lists ${count} ${what}, and \`limits.${limit}\` is ${most}: the card cannot hold them; correct the limit, or refuse such a state`;
};

const incompleteFault = ({ incomplete }: FilterView): string | undefined =>
  first(
    incomplete.map(({ reason, meaning }, index) =>
      typeof reason === 'string' && reason !== '' && typeof meaning === 'string' && meaning !== ''
        ? undefined
        : `\`incomplete[${index}]\` lacks its \`reason\` (a short name) or its \`meaning\` (a sentence for the operator)`,
    ),
  );
