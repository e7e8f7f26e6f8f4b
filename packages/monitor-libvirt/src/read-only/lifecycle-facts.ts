import type { GuestPhase } from '@nic-herald/core';
import { LIFECYCLE, LIFECYCLE_DETAIL, type LifecycleEvent } from '@nic-herald/libvirt';

/** What a lifecycle event of a domain says of its guest: calls of the intake, in order. */
export type LifecycleFact =
  | 'incoming'
  | 'resumed'
  | 'stopped'
  | 'left'
  | 'failed-source'
  | 'failed-destination'
  | 'gone';

/** Of CRASHED: the guest's CPUs are stopped. Its kernel may also load another one, and go on. */
const PANICKED = 0;
const ENDS_LEAVING: readonly number[] = [LIFECYCLE.RESUMED, LIFECYCLE.STOPPED];
const LEAVES: readonly number[] = [LIFECYCLE_DETAIL.SUSPENDED_MIGRATED, LIFECYCLE_DETAIL.SUSPENDED_POST_COPY];

/**
 * What follows from one lifecycle event for a guest that stands so. `leaving`: it was stopped for the end of a migration, and
 * what became of that is not told yet. libvirt tells it in this order: a destination is started, and resumed when the guest
 * runs; a source is suspended, then stopped, or resumed where the migration failed.
 */
export const lifecycleFacts = (
  { event, detail }: Pick<LifecycleEvent, 'event' | 'detail'>,
  phase: GuestPhase,
  leaving: boolean,
): readonly LifecycleFact[] => {
  switch (event) {
    case LIFECYCLE.STARTED:
      return detail === LIFECYCLE_DETAIL.STARTED_MIGRATED ? ['incoming'] : [];
    case LIFECYCLE.RESUMED:
      if (phase === 'running') return []; // told twice after post-copy
      return leaving ? ['failed-source', 'resumed'] : ['resumed'];
    case LIFECYCLE.SUSPENDED:
      return phase === 'running' ? ['stopped'] : [];
    case LIFECYCLE.CRASHED:
      return phase === 'running' && detail === PANICKED ? ['stopped'] : [];
    case LIFECYCLE.STOPPED:
      if (detail === LIFECYCLE_DETAIL.STOPPED_MIGRATED) return ['left'];
      return phase === 'incoming' ? ['failed-destination'] : [];
    default:
      return [];
  }
};

/** Whether a source is stopped for the end of a migration, after this event. */
export const isLeaving = (
  { event, detail }: Pick<LifecycleEvent, 'event' | 'detail'>,
  before: boolean,
): boolean => {
  if (event === LIFECYCLE.SUSPENDED) return LEAVES.includes(detail);
  return before && !ENDS_LEAVING.includes(event);
};
