import {
  type Candidate,
  type GuestPolicy,
  type Incompleteness,
  type Refusal,
  type StationKey,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { MacAddress, type VlanId } from '@nic-herald/wire';
import type { NicEvidence } from './nic-evidence.js';

/** More VLANs than this in a list tell nothing: drivers that enable all 4095 (Windows) are not using them. */
const MAX_KNOWN_VLANS = 512;

/** What may be announced, and what was left out while collecting it. Each station stands in one of the two. */
export interface CollectedCandidates {
  readonly candidates: readonly Candidate[];
  readonly refusals: readonly Refusal[];
  /** What the evidence says and could not be used as it stands. */
  readonly incomplete: readonly Incompleteness[];
}

/**
 * Collects the candidates of one NIC from all evidence, merged by station, the strongest evidence kept. A
 * VLAN goes with a MAC where it was learned or the card pairs them; otherwise each MAC of the filter is
 * paired with each VLAN as long as that is at most `pairingLimit` guesses, and beyond it only `own`, the
 * card's own MAC, is. A secondary MAC that was seen or paired by the card is exact: it gets no guesses. The
 * result does not depend on the order of the evidence.
 */
export const collectCandidates = (
  evidence: NicEvidence,
  policy: GuestPolicy,
  own: MacAddress,
): CollectedCandidates => {
  const { nic, filter } = evidence;
  const found = new Map<StationKey, Candidate>();
  const refused = new Map<StationKey, Refusal>();
  const guessesRefused: Refusal[] = [];
  const add = (candidate: Candidate): void => {
    const key = stationKey(candidate.station);
    if (!found.has(key) && !refused.has(key)) found.set(key, candidate);
  };
  const refuse = (refusal: Refusal): void => {
    const key = stationKey(refusal);
    if (!found.has(key) && !refused.has(key)) refused.set(key, refusal);
  };

  add({ station: stationOf(own), evidence: 'primary' });
  // Where this is not `own` it was refused: it goes on to be refused with its reason.
  if (filter.currentMac !== undefined) add({ station: stationOf(filter.currentMac), evidence: 'primary' });

  const learned = evidence.learned
    .filter(({ ageMs }) => ageMs <= policy.learnedMaxAgeMs)
    .sort((a, b) => a.ageMs - b.ageMs);
  // Untrusted, it must not take the place of what the filter says of the same station.
  const isLearningTrusted = policy.trust === 'learned';
  const trusted = isLearningTrusted ? learned : [];
  const exact = new Set(
    trusted.flatMap(({ station, vlanUnknown }) => (vlanUnknown === undefined ? [station.mac] : [])),
  );
  /** Seen by a learner that does not look at VLANs: real, but on which of the card's VLANs is not known. */
  const unpaired = new Set<MacAddress>();
  for (const { station, ageMs, vlanUnknown } of trusted) {
    if (vlanUnknown !== undefined) {
      if (exact.has(station.mac)) continue; // where it was seen is known
      unpaired.add(station.mac);
    }
    add({ station, evidence: 'learned', ageMs });
  }

  const hold = holder(evidence, own);
  for (const station of inOrder(filter.exact ?? [], stationKey)) {
    exact.add(station.mac);
    const limit = hold(station.mac);
    if (limit === undefined) add({ station, evidence: 'filter' });
    else refuse({ ...station, evidence: 'filter', reason: 'model-limit', detail: limit });
  }
  const guessed: MacAddress[] = inOrder(unpaired, (mac) => mac).filter(
    (mac) => mac !== own && !exact.has(mac) && MacAddress.isStationAddress(mac),
  );
  for (const mac of inOrder(new Set(filter.unicast), (each) => each)) {
    if (exact.has(mac) || found.has(stationKey({ mac }))) continue;
    const limit = hold(mac);
    if (limit === undefined) {
      add({ station: stationOf(mac), evidence: 'filter' });
      if (MacAddress.isStationAddress(mac)) guessed.push(mac);
    } else refuse({ mac, evidence: 'filter', reason: 'model-limit', detail: limit });
  }

  const { vlans, incomplete } = knownVlans(evidence);
  const isTooMany = (guessed.length + 1) * vlans.length > policy.pairingLimit;
  for (const mac of isTooMany ? [own] : [own, ...guessed]) {
    if (!MacAddress.isStationAddress(mac)) continue;
    for (const vlan of vlans) add({ station: stationOf(mac, vlan), evidence: 'paired' });
  }
  if (isTooMany) {
    const detail = `${guessed.length + 1} MACs x ${vlans.length} VLANs is more than ${policy.pairingLimit}`;
    for (const mac of guessed) {
      guessesRefused.push({
        mac,
        evidence: 'paired',
        reason: 'pairing-limit',
        count: vlans.length,
        detail,
      });
    }
  }

  if (!isLearningTrusted) {
    for (const { station, ageMs } of learned) add({ station, evidence: 'learned', ageMs });
  }
  if (own !== nic.primaryMac) {
    const detail = `the guest gave the card ${own}`;
    refuse({ mac: nic.primaryMac, evidence: 'primary', reason: 'not-in-use', detail });
  }
  return { candidates: [...found.values()], refusals: [...refused.values(), ...guessesRefused], incomplete };
};

const inOrder = <T>(values: Iterable<T>, keyOf: (value: T) => string): T[] =>
  [...values].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** Counts secondary MACs against what the card can hold; says the limit where one is too many. */
const holder = ({ limits }: NicEvidence, own: MacAddress): ((mac: MacAddress) => string | undefined) => {
  const most = Math.min(limits.unicast, limits.shared ?? limits.unicast);
  const held = new Set<MacAddress>();
  return (mac) => {
    if (mac === own || held.has(mac) || !MacAddress.isStationAddress(mac)) return undefined;
    if (held.size >= most) return `the card holds ${most}`;
    held.add(mac);
    return undefined;
  };
};

/** The VLANs to pair with: none where the list is unknown, or longer than it can be meant. */
const knownVlans = ({
  filter,
  limits,
}: NicEvidence): { readonly vlans: readonly VlanId[]; readonly incomplete: readonly Incompleteness[] } => {
  if (filter.vlans === 'unknown') return { vlans: [], incomplete: [] };
  const vlans = [...new Set<VlanId>(filter.vlans)].filter((vlan: number) => vlan !== 0).sort((a, b) => a - b);
  const most = Math.min(MAX_KNOWN_VLANS, limits.vlans);
  if (vlans.length <= most) return { vlans, incomplete: [] };
  const meaning = `it lists ${vlans.length} VLANs, more than ${most}: which of them the guest uses is not known`;
  return { vlans: [], incomplete: [{ reason: 'vlan-list-too-long', meaning }] };
};
