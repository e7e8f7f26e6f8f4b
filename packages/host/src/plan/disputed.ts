import type { Ownership, OwnershipVerdict } from '../ownership/ownership.js';
import type { Verdict } from './verdict.js';

/** A verdict on whose something is, as the plan tells it. */
export const disputed = (
  { reason, where, seenAt }: OwnershipVerdict,
  { at }: Pick<Ownership, 'at'>,
): Verdict => {
  if (!Number.isFinite(seenAt)) return { reason, detail: where };
  const ageMs = Math.max(0, Math.round(at - seenAt));
  return { reason, detail: `${where}, ${Math.round(ageMs / 1000)} s ago`, seen: { where, ageMs } };
};
