import type { GuestPhase } from '@nic-herald/core';
import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { isLeaving, type LifecycleFact, lifecycleFacts } from './lifecycle-facts.js';

const { STARTED, SUSPENDED, RESUMED, STOPPED, CRASHED, DEFINED, SHUTDOWN, PM_SUSPENDED } = LIFECYCLE;
const MIGRATED = LIFECYCLE_DETAIL.STOPPED_MIGRATED;

describe('lifecycleFacts', () => {
  it.each<[string, number, number, GuestPhase, boolean, readonly LifecycleFact[]]>([
    ['nothing of what nobody knows', 99, 0, 'running', false, []],
    ['nothing of a definition', DEFINED, 0, 'running', false, []],
    ['nothing of a shutdown that begins', SHUTDOWN, 0, 'running', false, []],
    ['nothing of a guest that sleeps', PM_SUSPENDED, 0, 'running', false, []],
    ['nothing of a boot', STARTED, 0, 'running', false, []],
    ['nothing of a wake-up', STARTED, 4, 'running', false, []],
    ['nothing of a second resume, as after post-copy', RESUMED, 1, 'running', false, []],
    ['nothing of a pause of one that stands', SUSPENDED, 0, 'paused', false, []],
    ['nothing of a pause of one that was not told to run', SUSPENDED, 0, 'incoming', false, []],
    ['nothing of a plain end', STOPPED, 0, 'running', false, []],
    ['nothing of a kernel that loads another', CRASHED, 1, 'running', false, []],
    ['nothing of a crash of one that stands', CRASHED, 0, 'paused', false, []],
    ['a crash', CRASHED, 0, 'running', false, ['stopped']],
    ['a destination', STARTED, 1, 'incoming', false, ['incoming']],
    ['its arrival', RESUMED, 1, 'incoming', false, ['resumed']],
    ['its arrival by post-copy', RESUMED, 3, 'incoming', false, ['resumed']],
    ['its failure', STOPPED, LIFECYCLE_DETAIL.STOPPED_FAILED, 'incoming', false, ['failed-destination']],
    ['its destruction', STOPPED, 1, 'incoming', false, ['failed-destination']],
    ['a pause', SUSPENDED, 0, 'running', false, ['stopped']],
    ['the end of a pause', RESUMED, 0, 'paused', false, ['resumed']],
    ['a source that stops', SUSPENDED, 1, 'running', false, ['stopped']],
    ['a source that has left', STOPPED, MIGRATED, 'paused', true, ['left']],
    ['one that came in paused and left paused', STOPPED, MIGRATED, 'incoming', true, ['left']],
    ['a source that stays', RESUMED, 0, 'paused', true, ['failed-source', 'resumed']],
  ])('%s', (_, event, detail, phase, leaving, facts) => {
    expect(lifecycleFacts({ event, detail }, phase, leaving)).toEqual(facts);
  });

  it.each<[string, number, number, boolean, boolean]>([
    ['a definition that is removed', LIFECYCLE.UNDEFINED, 0, true, true],
    ['a definition, before', DEFINED, 0, false, false],
    ['a pause', SUSPENDED, 0, true, false],
    ['it runs on', RESUMED, 1, true, false],
    ['it has ended', STOPPED, MIGRATED, true, false],
    ['it stops for a migration', SUSPENDED, LIFECYCLE_DETAIL.SUSPENDED_MIGRATED, false, true],
    ['it stops for post-copy', SUSPENDED, LIFECYCLE_DETAIL.SUSPENDED_POST_COPY, false, true],
  ])('isLeaving: %s', (_, event, detail, before, after) => {
    expect(isLeaving({ event, detail }, before)).toBe(after);
  });
});
