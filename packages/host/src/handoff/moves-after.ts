import { MAX_SNAPSHOT_MOVES } from '@nic-herald/core/internal';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';

/**
 * When a guest moved last, that is on a host with this epoch now: what the newest snapshot says, and this moment where
 * the epoch is a new one. Ms since 1970 UTC, the newest last, at most `MAX_SNAPSHOT_MOVES`. Pure.
 */
export const movesAfter = (
  { newest, epoch: before }: Pick<HandoffReading, 'newest' | 'epoch'>,
  { epoch, now }: { readonly epoch: number; readonly now: number },
): readonly number[] => {
  const moves = newest?.moves ?? [];
  return (epoch > before ? [...moves, Math.max(0, Math.round(now))] : moves).slice(-MAX_SNAPSHOT_MOVES);
};
