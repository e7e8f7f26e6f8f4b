import type {
  AskedAddress,
  LearnedAddress,
  LearnedStation,
  LearnedStations,
  MulticastReports,
} from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { mergeAddresses } from '../knowledge/merge-addresses.js';
import { mergeAsked } from '../knowledge/merge-asked.js';

/** Most VLANs of a port on which reports are counted: untagged, and 1 to 4094. */
const MAX_COUNTED_VLANS = 4095;
const PROOFS: readonly unknown[] = ['asserted', 'answered'] satisfies LearnedAddress['proof'][];

/** What of a learner's reading is sound. */
export interface SoundReading {
  readonly stations: readonly LearnedStation[];
  /** How many stations there is room for; absent where the learner tells nothing that can be. */
  readonly capacity?: number;
  /** Absent where nobody counts. */
  readonly reports?: readonly MulticastReports[];
}

/**
 * What of a reading every reader of a snapshot takes. A learner is another's code: one bad entry would make the
 * whole snapshot unreadable to others, so that it is left out; of a station with a bad address the address alone.
 */
export const soundReading = ({
  stations,
  exactVlans,
  capacity,
  multicastReports,
}: LearnedStations): SoundReading => ({
  stations: stations.filter(isSoundStation).map((each) => soundStation(each, exactVlans)),
  ...(isCount(capacity) && capacity > 0 ? { capacity } : {}),
  ...(Array.isArray(multicastReports) ? { reports: soundReports(multicastReports) } : {}),
});

const isSoundStation = (each: Partial<LearnedStation> | undefined): each is LearnedStation => {
  const { mac, vlan } = (each?.station ?? {}) as { readonly mac?: unknown; readonly vlan?: unknown };
  return (
    MacAddress.is(mac) &&
    MacAddress.isStationAddress(mac) &&
    (vlan === undefined || VlanId.is(vlan)) &&
    isAge(each?.ageMs)
  );
};

const soundStation = ({ addresses, asked, ...each }: LearnedStation, exactVlans: boolean): LearnedStation => {
  const sound = Array.isArray(addresses) ? soundAddresses(addresses) : [];
  const soundlyAsked = Array.isArray(asked) ? soundAsked(asked) : [];
  return {
    ...each,
    ...(exactVlans ? {} : { vlanUnknown: true }),
    ...(sound.length === 0 ? {} : { addresses: sound }),
    ...(soundlyAsked.length === 0 ? {} : { asked: soundlyAsked }),
  };
};

const soundAddresses = (addresses: readonly (LearnedAddress | undefined)[]): readonly LearnedAddress[] =>
  mergeAddresses(
    addresses
      .filter((each): each is LearnedAddress => isSoundAddress(each))
      .map(({ address, proof, ageMs, router }) => ({
        ...{ address, proof, ageMs },
        ...(typeof router === 'boolean' ? { router } : {}),
      })),
    Number.POSITIVE_INFINITY, // how old is too old is for the policy to say
  );

const soundAsked = (asked: readonly (AskedAddress | undefined)[]): readonly AskedAddress[] =>
  mergeAsked(
    asked
      .filter((each): each is AskedAddress => isHostAddress(each?.address) && isAge(each?.ageMs))
      .map(({ address, ageMs }) => ({ address, ageMs })),
  );

const isHostAddress = (address: unknown): boolean =>
  IpAddress.is(address) && IpAddress.isHostAddress(address);

const isSoundAddress = (each: LearnedAddress | undefined): boolean =>
  isHostAddress(each?.address) && PROOFS.includes(each?.proof) && isAge(each?.ageMs);

/** Each VLAN once: what is told of it again is left out. */
const soundReports = (
  reports: readonly (Partial<MulticastReports> | undefined)[],
): readonly MulticastReports[] => {
  const byVlan = new Map<number | undefined, MulticastReports>();
  for (const each of reports) {
    if (byVlan.size >= MAX_COUNTED_VLANS) break;
    const { vlan, igmp, mld } = each ?? {};
    if (byVlan.has(vlan) || (vlan !== undefined && !VlanId.is(vlan))) continue;
    if (!isCount(igmp) || !isCount(mld)) continue;
    byVlan.set(vlan, vlan === undefined ? { igmp, mld } : { vlan, igmp, mld });
  }
  return [...byVlan.values()];
};

const isAge = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
