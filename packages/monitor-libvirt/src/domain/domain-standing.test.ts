import { describe, expect, it } from 'vitest';
import { comesIn, isInPostCopy, isShutOff, isStarting, originOf, runStateOf } from './domain-standing.js';

type Run = 'running' | 'paused' | 'inmigrate' | 'postmigrate' | 'suspended';
type Origin = 'boot' | 'incoming' | undefined;
/** Was QEMU started to wait: yes, no, not known. */
const STARTED = [true, false, undefined] as const;

describe('a domain in each state', () => {
  it.each<[string, number, number, readonly [Run, Run, Run], Origin]>([
    ['of no state', 0, 0, ['paused', 'paused', 'paused'], undefined],
    ['running, for no reason', 1, 0, ['running', 'running', 'running'], undefined],
    ['running, booted', 1, 1, ['running', 'running', 'running'], 'boot'],
    ['running, migrated', 1, 2, ['running', 'running', 'running'], 'incoming'],
    ['running, restored', 1, 3, ['running', 'running', 'running'], 'incoming'],
    ['running, from a snapshot', 1, 4, ['running', 'running', 'running'], undefined],
    ['running, resumed', 1, 5, ['running', 'running', 'running'], undefined],
    ['running, migration cancelled', 1, 6, ['running', 'running', 'running'], undefined],
    ['running in post-copy', 1, 10, ['running', 'running', 'running'], 'incoming'],
    ['blocked', 2, 0, ['paused', 'paused', 'paused'], undefined],
    ['paused, for no reason', 3, 0, ['inmigrate', 'paused', 'paused'], undefined],
    ['paused by a user', 3, 1, ['inmigrate', 'paused', 'paused'], undefined],
    ['paused for a migration', 3, 2, ['inmigrate', 'paused', 'inmigrate'], 'incoming'],
    ['paused to be saved', 3, 3, ['paused', 'paused', 'paused'], undefined],
    ['paused after an I/O error', 3, 5, ['paused', 'paused', 'paused'], undefined],
    ['paused, crashed', 3, 10, ['paused', 'paused', 'paused'], undefined],
    ['paused, starting', 3, 11, ['inmigrate', 'paused', 'paused'], undefined],
    ['paused for post-copy', 3, 12, ['postmigrate', 'postmigrate', 'postmigrate'], undefined],
    ['paused, post-copy failed', 3, 13, ['postmigrate', 'postmigrate', 'postmigrate'], undefined],
    ['shutting down', 4, 0, ['paused', 'paused', 'paused'], undefined],
    ['shut off', 5, 3, ['paused', 'paused', 'paused'], undefined],
    ['crashed', 6, 1, ['paused', 'paused', 'paused'], undefined],
    ['suspended by its guest', 7, 0, ['suspended', 'suspended', 'suspended'], undefined],
    ['in a state of a later libvirt', 99, 99, ['paused', 'paused', 'paused'], undefined],
  ])('%s', (_, state, reason, runStates, origin) => {
    expect(STARTED.map((startedToWait) => runStateOf({ state, reason }, startedToWait))).toEqual(runStates);
    expect(STARTED.map((startedToWait) => originOf({ state, reason }, startedToWait))).toEqual([
      'incoming',
      'boot',
      origin,
    ]);
  });
});

describe('what follows from a state alone', () => {
  it.each<[string, number, number, object]>([
    ['shut off', 5, 3, { isShutOff: true }],
    ['crashed and kept', 6, 1, {}],
    ['running', 1, 1, {}],
    ['running in post-copy', 1, 10, { isInPostCopy: true }],
    ['paused, crashed', 3, 10, {}],
    ['starting', 3, 11, { isStarting: true, comesInIfTold: true }],
    ['waiting', 3, 2, { comesIn: true, comesInIfTold: true }],
    ['booted and running again', 1, 2, {}],
  ])('%s', (_, state, reason, expected) => {
    const standing = { state, reason };
    const is = {
      isShutOff: isShutOff(standing),
      isInPostCopy: isInPostCopy(standing),
      isStarting: isStarting(standing),
      comesIn: comesIn(standing, false),
      comesInIfTold: comesIn(standing, true),
    };
    expect(Object.fromEntries(Object.entries(is).filter(([, yes]) => yes))).toEqual(expected);
  });
});
