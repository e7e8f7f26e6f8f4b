import { type LearnedAddress, MAX_SNAPSHOT_ADDRESSES } from '@nic-herald/core';
import type { IpAddress } from '@nic-herald/wire';
import type { AddressClaim } from './address-claim.js';

interface Ownership {
  readonly assertedAt?: number;
  readonly answeredAt?: number;
  readonly router?: boolean;
}

/** An assertion older than this, ms, gives way to an answer: a switch's table forgets after as long (802.1D). */
const ASSERTION_COUNTS_MS = 300_000;

/** The IP addresses that were proved at one station; where there are too many the longest unproved make room. */
export class OwnedAddresses {
  private readonly owned = new Map<IpAddress, Ownership>();

  /** Takes what a frame proved. */
  prove({ address, proof, router }: Omit<AddressClaim, 'station'>, now: number): void {
    const known = this.owned.get(address);
    this.owned.delete(address); // to its end
    this.owned.set(address, {
      ...known,
      ...(proof === 'asserted' ? { assertedAt: now } : { answeredAt: now }),
      ...(router === undefined ? {} : { router }),
    });
    for (const oldest of this.owned.keys()) {
      if (this.owned.size <= MAX_SNAPSHOT_ADDRESSES) return;
      this.owned.delete(oldest);
    }
  }

  /** Each address by its best proof with the age of that proof, the latest proved first. */
  at(now: number): readonly LearnedAddress[] {
    return [...this.owned]
      .map(([address, ownership]) => ({ address, ...bestProof(ownership, now), ...saidRouter(ownership) }))
      .sort((a, b) => a.ageMs - b.ageMs);
  }
}

const bestProof = (
  { assertedAt, answeredAt }: Ownership,
  now: number,
): Pick<LearnedAddress, 'proof' | 'ageMs'> => {
  const counts = assertedAt !== undefined && now - assertedAt <= ASSERTION_COUNTS_MS;
  if (assertedAt !== undefined && (counts || answeredAt === undefined || answeredAt <= assertedAt)) {
    return { proof: 'asserted', ageMs: now - assertedAt };
  }
  return { proof: 'answered', ageMs: now - (answeredAt ?? now) };
};

const saidRouter = ({ router }: Ownership): Pick<LearnedAddress, 'router'> =>
  router === undefined ? {} : { router };
