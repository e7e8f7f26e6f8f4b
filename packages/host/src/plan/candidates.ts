import { type Candidate, type GuestPolicy, type Refusal, stationKey, stationOf } from '@nic-herald/core';
import { MacAddress, type VlanId } from '@nic-herald/wire';
import type { NicEvidence } from './nic-evidence.js';

/** More VLANs than this in a list tell nothing: drivers that enable all 4095 (Windows) are not using them. */
export const MAX_KNOWN_VLANS = 512;

/** What may be announced, and what was left out while collecting it. Each station stands in one of the two. */
export interface CollectedCandidates {
  readonly candidates: readonly Candidate[];
  readonly refusals: readonly Refusal[];
}

const sorted = <T extends string | number>(values: Iterable<T>): T[] =>
  [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));

/** The VLANs to pair with, or none where the list is unknown. */
const knownVlans = ({ filter, limits }: NicEvidence): readonly VlanId[] => {
  if (filter.vlans === 'unknown' || filter.vlans.length > Math.min(MAX_KNOWN_VLANS, limits.vlans)) return [];
  return sorted(filter.vlans);
};

/**
 * Collects the candidates of one NIC from all evidence, merged by station, the strongest evidence kept. A
 * VLAN goes with a MAC where it was learned or the card pairs them; otherwise each MAC of the filter is
 * paired with each VLAN as long as that is at most `pairingLimit` guesses, and beyond it only the card's own
 * MAC is. A MAC that was seen is exact: it gets no guesses. The result does not depend on the order of the
 * evidence.
 */
export const collectCandidates = (evidence: NicEvidence, policy: GuestPolicy): CollectedCandidates => {
  const { nic, filter, limits } = evidence;
  const found = new Map<string, Candidate>();
  const refusals: Refusal[] = [];
  const add = (candidate: Candidate): void => {
    const key = stationKey(candidate.station);
    if (!found.has(key)) found.set(key, candidate);
  };

  const own = ownMac(evidence, policy);
  if (MacAddress.isStationAddress(own)) add({ station: stationOf(own), evidence: 'primary' });
  else refusals.push({ mac: own, evidence: 'primary', reason: 'not-a-station-address' });

  const seen = new Set<MacAddress>();
  for (const { station, ageMs } of [...evidence.learned].sort((a, b) => a.ageMs - b.ageMs)) {
    seen.add(station.mac);
    add({ station, evidence: 'learned', ageMs });
  }
  for (const station of filter.exact ?? []) add({ station, evidence: 'filter' });

  const mostUnicast = Math.min(limits.unicast, limits.shared ?? limits.unicast);
  const held: MacAddress[] = [];
  for (const mac of sorted(filter.unicast)) {
    if (mac === own || seen.has(mac)) continue;
    if (!MacAddress.isStationAddress(mac)) {
      refusals.push({ mac, evidence: 'filter', reason: 'not-a-station-address' });
    } else if (held.length >= mostUnicast) {
      refusals.push({
        mac,
        evidence: 'filter',
        reason: 'model-limit',
        detail: `the card holds ${mostUnicast}`,
      });
    } else {
      held.push(mac);
      add({ station: stationOf(mac), evidence: 'filter' });
    }
  }

  const vlans = knownVlans(evidence);
  const guesses = (held.length + 1) * vlans.length;
  const paired = guesses <= policy.pairingLimit ? [own, ...held] : [own];
  for (const mac of paired) {
    if (!MacAddress.isStationAddress(mac)) continue;
    for (const vlan of vlans) add({ station: stationOf(mac, vlan), evidence: 'paired' });
  }
  if (vlans.length > 0) {
    for (const mac of held.slice(paired.length - 1)) {
      refusals.push({
        mac,
        evidence: 'paired',
        reason: 'pairing-limit',
        count: vlans.length,
        detail: `${held.length + 1} MACs x ${vlans.length} VLANs is more than ${policy.pairingLimit}`,
      });
    }
  }

  if (own !== nic.primaryMac && !found.has(stationKey(stationOf(nic.primaryMac)))) {
    refusals.push({
      mac: nic.primaryMac,
      evidence: 'primary',
      reason: 'not-in-use',
      detail: `the guest gave the card ${own}`,
    });
  }
  return { candidates: [...found.values()], refusals };
};

/** The MAC the card answers to as its own, as far as the policy takes the guest's word for it. */
const ownMac = ({ nic, filter }: NicEvidence, policy: GuestPolicy): MacAddress =>
  filter.currentMac !== undefined && policy.trust !== 'primary' ? filter.currentMac : nic.primaryMac;
