import type { Announcement } from '@nic-herald/core';
import type { NicPlan } from '@nic-herald/core/internal';
import type { PreparedNic } from './prepared-nic.js';

/**
 * What was announced because the source's card listed it and the card here does not: only where this card was
 * read and is no less complete than the other was, for a list that says less proves nothing.
 */
export const noLongerHeld = (
  nic: Pick<PreparedNic, 'plan' | 'announced'>,
  newer: NicPlan,
): readonly Announcement[] => {
  const before = new Set(nic.plan.incomplete.map(({ reason }) => reason));
  const isLessComplete = newer.incomplete.some(({ reason }) => !before.has(reason));
  if (nic.plan.source !== 'hand-off' || newer.source !== 'live' || isLessComplete) return [];
  const held = new Set([
    ...newer.announcements.map(({ station }) => station.mac),
    ...newer.refusals.filter(({ reason }) => reason.endsWith('-limit')).map(({ mac }) => mac),
  ]);
  return nic.announced.filter(({ evidence, station }) => evidence !== 'learned' && !held.has(station.mac));
};
