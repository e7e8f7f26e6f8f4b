import {
  type Candidate,
  type GuestPolicy,
  type LearnedAddress,
  type LearnedStation,
  type Refusal,
  type Station,
  type StationKey,
  stationKey,
} from '@nic-herald/core';
import type { IpAddress } from '@nic-herald/wire';
import { denialOf } from './denial-of.js';
import { groupedBy } from './grouped-by.js';
import type { Verdict } from './verdict.js';

/** Candidates with the addresses that may be announced for them, and the addresses that may not. */
export interface AdmittedAddresses {
  readonly candidates: readonly Candidate[];
  readonly refusals: readonly Refusal[];
}

/** A guest can make up more addresses than anybody reads: beyond this, one line per station counts the rest. */
const MAX_TOLD = 8;

interface Claim {
  readonly candidate: Candidate;
  readonly learned: LearnedAddress;
}

type RefusedClaim = Claim & Verdict;

/**
 * Gives the candidates their IP addresses. A wrong one is worse than none: what was proved too long ago is left
 * out, so is what was proved on a VLAN that is not known, and so is what several stations of the NIC answer for
 * while none spoke from it; of several that did, the latest has it. What `disputeOf` says is another's is left out, too. Per
 * station those that the guest spoke from win, then the latest proved, up to `maxAddresses`: a node that answers for many
 * service addresses keeps its own. What the policy does not trust the guest's frames with has no addresses at all.
 */
export const admitAddresses = (
  candidates: readonly Candidate[],
  learned: readonly LearnedStation[],
  policy: GuestPolicy,
  disputeOf: (station: Station, learned: LearnedAddress) => Verdict | undefined = () => undefined,
): AdmittedAddresses => {
  if (policy.trust !== 'learned') return { candidates, refusals: [] };
  const known = new Map(learned.map((each) => [stationKey(each.station), each]));
  const refused: RefusedClaim[] = [];
  const claims: Claim[] = [];
  for (const candidate of candidates) {
    const heard = new Set<IpAddress>();
    const { addresses = [], vlanUnknown } = known.get(stationKey(candidate.station)) ?? {};
    for (const each of addresses) {
      if (heard.has(each.address)) continue; // a hand-off that says it twice is no second station
      heard.add(each.address);
      const claim = { candidate, learned: each };
      const verdict = vlanUnknown === undefined ? judge(claim, policy, disputeOf) : UNKNOWN_VLAN;
      if (verdict === undefined) claims.push(claim);
      else refused.push({ ...claim, ...verdict });
    }
  }

  const routers = new Map([...known].map(([key, { addresses = [] }]) => [key, saysRouter(addresses)]));
  const admitted: Claim[] = [];
  for (const rivals of groupedBy(claims, addressKey).values()) {
    const owner = ownerAmong(rivals);
    for (const claim of rivals) {
      if (claim !== owner) refused.push({ ...claim, ...lost(owner) });
      else if (isRisky(claim, routers)) refused.push({ ...claim, ...UNKNOWN_ROUTER });
      else admitted.push(withRouter(claim, routers));
    }
  }
  const most = policy.maxAddresses;
  const byCandidate = groupedBy(admitted, ({ candidate }) => candidate);
  const withAddresses = candidates.map((candidate) => {
    const addresses = byCandidate
      .get(candidate)
      ?.map(({ learned: each }) => each)
      .sort(byProof);
    if (addresses === undefined) return candidate; // without an address it asks for none
    for (const each of addresses.slice(most)) {
      refused.push({
        candidate,
        learned: each,
        reason: 'address-limit',
        detail: `at most ${most} per station`,
      });
    }
    if (most === 0) return candidate;
    const { asked } = known.get(stationKey(candidate.station)) ?? {};
    const sent = { ...candidate, addresses: addresses.slice(0, most).sort(byAge) };
    return asked === undefined ? sent : { ...sent, asked };
  });
  return { candidates: withAddresses, refusals: told(refused) };
};

/** On any other VLAN than its own an address may be somebody else's. */
const UNKNOWN_VLAN = {
  reason: 'ambiguous-address',
  detail: 'its learner does not tell on which VLAN it was proved',
} as const;

const judge = (
  { candidate, learned }: Claim,
  policy: GuestPolicy,
  disputeOf: (station: Station, learned: LearnedAddress) => Verdict | undefined,
): Verdict | undefined => {
  const { address, ageMs } = learned;
  if (ageMs > policy.learnedMaxAgeMs) {
    const [age, most] = [ageMs, policy.learnedMaxAgeMs].map((ms) => Math.round(ms / 1000));
    return { reason: 'stale-address', detail: `proved ${age} s ago, more than ${most} s` };
  }
  return (
    denialOf(() => policy.denyAddress?.(address, candidate.station)) ?? disputeOf(candidate.station, learned)
  );
};

/** Equal for claims to one address on one VLAN. */
const addressKey = ({ candidate, learned }: Claim): string =>
  `${candidate.station.vlan ?? ''} ${learned.address}`;

/** Whoever spoke from it last; one that only answered, where it is alone with it. */
const ownerAmong = (rivals: readonly Claim[]): Claim | undefined => {
  const [first] = rivals;
  if (rivals.length === 1) return first;
  return rivals
    .filter(({ learned }) => learned.proof === 'asserted')
    .sort((a, b) => byAge(a.learned, b.learned))[0];
};

const lost = (owner: Claim | undefined): Verdict =>
  owner === undefined
    ? { reason: 'ambiguous-address', detail: 'several stations answer for it, and none spoke from it' }
    : { reason: 'moved-address', detail: `${stationKey(owner.candidate.station)} spoke from it` };

/** By station: whether the guest is a router there, as far as it said. */
type Routers = ReadonlyMap<StationKey, boolean | undefined>;

/** A guest is a router, or not, on an interface: what it said at one of its addresses holds for all. */
const saysRouter = (addresses: readonly LearnedAddress[]): boolean | undefined =>
  addresses.some(({ router }) => router === true) ||
  (addresses.some(({ router }) => router === false) ? false : undefined);

/** Routers are known to their neighbours by a link-local address, and by none else (RFC 4861 section 6.2.3). */
const LINK_LOCAL = /^fe[89ab]/;

const isRisky = ({ candidate, learned }: Claim, routers: Routers): boolean =>
  LINK_LOCAL.test(learned.address) && routers.get(stationKey(candidate.station)) === undefined;

const UNKNOWN_ROUTER = {
  reason: 'router-unknown',
  detail: 'the guest has not said yet whether it is a router',
} as const;

const withRouter = (claim: Claim, routers: Routers): Claim => {
  const router = routers.get(stationKey(claim.candidate.station));
  return router === undefined ? claim : { ...claim, learned: { ...claim.learned, router } };
};

const byProof = (a: LearnedAddress, b: LearnedAddress): number =>
  Number(a.proof === 'answered') - Number(b.proof === 'answered') || byAge(a, b);

const byAge = (a: LearnedAddress, b: LearnedAddress): number =>
  a.ageMs - b.ageMs || compare(a.address, b.address);

const compare = (a: IpAddress, b: IpAddress): number => (a < b ? -1 : Number(a > b));

const told = (refused: readonly RefusedClaim[]): readonly Refusal[] => {
  const perStation = groupedBy(
    refused,
    ({ reason, candidate: { station } }) => `${reason} ${stationKey(station)}`,
  );
  return [...perStation.values()].flatMap((together) => {
    const lines = together.map(
      ({ candidate: { station, evidence }, learned, reason, detail, seen }): Refusal => {
        const line = { ...station, address: learned.address, evidence, reason };
        return {
          ...line,
          ...(detail === undefined ? {} : { detail }),
          ...(seen === undefined ? {} : { seen }),
        };
      },
    );
    const [rest] = lines.slice(MAX_TOLD);
    if (rest === undefined) return lines;
    const { address: _, ...counted } = rest;
    return [...lines.slice(0, MAX_TOLD), { ...counted, count: lines.length - MAX_TOLD }];
  });
};
