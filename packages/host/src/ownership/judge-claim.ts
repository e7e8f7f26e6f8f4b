import type { AddressProof, OwnershipReason } from '@nic-herald/core/internal';
import { lastSeen, type Rival } from './rival.js';

/**
 * A frame that comes back from the network does so within this time, ms: no proof that another sent it. Some ms would do; the
 * guest's own last frame may be `SIGHTING_LAG_MS` later than its learner tells, and a bridge's table tells ages in steps.
 */
export const REFLECTION_MS = 500;
/** A guest that was heard within this time has what it spoke from, ms. */
export const SILENT_MS = 5000;
/** The same where the rival stands in a table that does not keep VLANs apart: it may be of another VLAN, ms. */
export const SILENT_BESIDE_TABLE_MS = 10_000;

/** What a guest claims: a station, or an IP address at one. Times are of `Clock.elapsed`. */
export interface Claim {
  /** How it proved the address; absent for a station. */
  readonly proof?: AddressProof;
  /** When the guest was last heard to use it; absent: it only lists it. */
  readonly spokeAt?: number;
  /** Its VLAN was not looked at when it spoke. */
  readonly vlanUnknown?: true;
  /** When nic-herald last announced it itself: what comes back of that is no rival. */
  readonly announcedAt?: number;
  /** Up to when it is known whether the guest spoke. What was seen later is not judged yet. */
  readonly knownUntil: number;
}

/** Why a claim does not hold, and where what it claims is. */
export interface Dispute {
  readonly reason: OwnershipReason;
  readonly where: string;
  /** When it was last seen there, by `Clock.elapsed`. */
  readonly seenAt: number;
}

/**
 * Whose it is: `undefined` where the claim holds. Rivals are those of this claim, in any order, each place once. The
 * network is the judge: where a frame was seen last, its answer goes. So a claim falls where the guest was silent for
 * a while and another place spoke at least twice since; a listing, where another place spoke; a claim that several only
 * list holds for none of them. Pure, and the same for any order of the evidence.
 */
export const judgeClaim = (claim: Claim, rivals: readonly Rival[]): Dispute | undefined => {
  let best: (Dispute & { readonly rank: number }) | undefined;
  for (const rival of rivals) {
    const reason = reasonOf(claim, rival);
    if (reason === undefined) continue;
    const found = { reason, where: rival.where, seenAt: lastSeen(rival), rank: RANK[rival.kind] };
    if (best === undefined || before(found, best)) best = found;
  }
  if (best === undefined) return undefined;
  const { rank: _, ...dispute } = best;
  return dispute;
};

/** Which of several is told: the host's own word, then what was heard, then what is listed. */
const RANK: Readonly<Record<Rival['kind'], number>> = { host: 0, guest: 1, port: 1, handed: 2, listing: 3 };

type Ranked = Dispute & { readonly rank: number };

const before = (a: Ranked, b: Ranked): boolean =>
  a.rank !== b.rank
    ? a.rank < b.rank
    : a.seenAt !== b.seenAt
      ? a.seenAt > b.seenAt
      : `${a.where} ${a.reason}` < `${b.where} ${b.reason}`;

const reasonOf = (claim: Claim, rival: Rival): OwnershipReason | undefined => {
  const { spokeAt } = claim;
  switch (rival.kind) {
    case 'host':
      return 'host-address';
    case 'listing':
      return spokeAt === undefined ? 'shared' : undefined;
    case 'handed':
      return spokeAt === undefined || spokeAt + REFLECTION_MS < lastSeen(rival) ? rival.reason : undefined;
    case 'guest':
    case 'port':
      return isHeardElsewhere(claim, rival) ? heardReason(spokeAt) : undefined;
  }
};

const heardReason = (spokeAt: number | undefined): OwnershipReason =>
  spokeAt === undefined ? 'seen-elsewhere' : 'moved-away';

const isHeardElsewhere = (claim: Claim, rival: Rival): boolean => {
  const { announcedAt, knownUntil, proof, spokeAt } = claim;
  const known = rival.times.filter((time) => time <= knownUntil);
  // Who answers for an address that another speaks from does not own it, whoever was heard last.
  if (proof === 'answered' && rival.proof === 'asserted' && known.length > 0) return true;
  const quiet = Math.max(spokeAt ?? Number.NEGATIVE_INFINITY, announcedAt ?? Number.NEGATIVE_INFINITY);
  const since = known.filter((time) => time > quiet + REFLECTION_MS);
  // Another guest's learner saw the frame itself; a table may be wrong for a moment.
  if (since.length < (rival.kind === 'guest' ? 1 : 2)) return false;
  if (spokeAt === undefined) return true;
  const isExact = claim.vlanUnknown === undefined;
  const silentMs = rival.vlanUnknown !== undefined && isExact ? SILENT_BESIDE_TABLE_MS : SILENT_MS;
  return knownUntil - spokeAt >= silentMs;
};
