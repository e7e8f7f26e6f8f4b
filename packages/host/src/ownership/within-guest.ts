import { SIGHTING_LAG_MS } from '@nic-herald/core';
import { type Dispute, SILENT_MS } from './judge-claim.js';
import { type Turn, takeTurns } from './spoken-turns.js';

/**
 * What is heard beside a NIC so soon after it spoke is its own frame, sent back, ms. Shorter than for others' frames: that the
 * guest spoke at its other NIC is known, and a bond changes its card within moments. A frame is back within some ms; the NIC's
 * own last one may be later than its learner tells.
 */
const OWN_ECHO_MS = 100 + SIGHTING_LAG_MS;

/** How one NIC of a guest stands to a MAC that several of its NICs have. */
export interface NicShare {
  readonly nic: string;
  /** The network its port is in; absent where that is not known. */
  readonly network?: string;
  /** When the guest was last heard to use it there, by `Clock.elapsed`; absent: it only lists it. */
  readonly spokeAt?: number;
  /** The card was configured with this MAC. */
  readonly isConfigured: boolean;
  /** When the MAC was last heard at another port of this NIC's network than the guest's own. */
  readonly heardBesideAt?: number;
}

/**
 * Whether a NIC is to leave a MAC to another NIC of the same guest; `undefined` where it keeps it. In one network the NIC
 * has it that spoke last, both where they take turns and neither has been silent for long since; where none spoke, the one that was configured with it. NICs in
 * different networks do not concern each other, unless the network of one hears what the other says: then they are one
 * behind the bridges. `network`: a network that is not known is no reason to leave anything. Pure.
 */
export const leftToOther = (
  nic: string,
  shares: readonly NicShare[],
  turns: readonly Turn[],
): Dispute | undefined => {
  const own = shares.find((share) => share.nic === nic);
  if (own === undefined) return undefined;
  const better = shares
    .filter((share) => share !== own && precedes(share, own) && isTogether(own, share))
    .sort(byWord);
  const [first] = better;
  if (first === undefined) return undefined;
  const isSilent = (share: NicShare): boolean => spoke(share) - spoke(own) > SILENT_MS;
  if (better.every((share) => takeTurns(turns, share.nic, nic) && !isSilent(share))) return undefined;
  const seenAt = first.spokeAt ?? Number.NEGATIVE_INFINITY;
  return { reason: 'on-other-nic', where: `NIC ${first.nic} of this guest`, seenAt };
};

/** The one that has the MAC first: who spoke last; of those that did not speak, the configured one. */
const byWord = (a: NicShare, b: NicShare): number =>
  spoke(b) - spoke(a) || Number(b.isConfigured) - Number(a.isConfigured);

/** Two that were configured with one MAC, and were not heard, keep it both: so QEMU announces them. */
const precedes = (a: NicShare, b: NicShare): boolean => byWord(a, b) < 0;

/** Times are finite: infinite ones have no difference. */
const spoke = ({ spokeAt }: NicShare): number => spokeAt ?? Number.MIN_SAFE_INTEGER;

/** Whether a frame of one is heard where the other is. */
const isTogether = (own: NicShare, other: NicShare): boolean => {
  if (own.network === undefined || other.network === undefined) return false;
  if (own.network === other.network) return true;
  const { heardBesideAt } = own;
  return (
    other.spokeAt !== undefined && heardBesideAt !== undefined && heardBesideAt > spoke(own) + OWN_ECHO_MS
  );
};
