import type { GuestPhase } from '@nic-herald/core';
import type { SnapshotResidence } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import {
  isAwaited,
  isHere,
  type Judgement,
  phaseOf,
  publishedAs,
  type Residence,
  type ResidenceState,
  residenceAt,
  runsHere,
} from './residence.js';

const residence = (state: ResidenceState, over: Partial<Residence> = {}): Residence => ({
  ...{ state, epoch: 3, owes: false, isLeaving: false },
  ...over,
});

/** What it is for operators; whether it runs here, is here, and is awaited. */
const STATES: readonly [ResidenceState, GuestPhase, boolean, boolean, boolean][] = [
  ['failed', 'paused', false, false, false],
  ['left', 'migrated-away', false, false, false],
  ['awaited', 'incoming', false, false, true],
  ['armed', 'incoming', false, false, true],
  ['paused', 'paused', false, true, false],
  ['arrived', 'running', true, true, false],
  ['resident', 'running', true, true, false],
  ['leaving', 'running', true, true, false],
];

describe('publishedAs', () => {
  it.each<[ResidenceState, Partial<Residence>, SnapshotResidence | undefined]>([
    ['failed', {}, undefined],
    ['left', {}, undefined],
    ['awaited', {}, undefined],
    ['armed', {}, undefined],
    ['arrived', { owes: true }, 'arrived'],
    ['leaving', { owes: true }, 'arrived'],
    ['paused', { owes: true }, 'arrived'],
    ['paused', { owes: true, isLeaving: true }, 'arrived'],
    ['leaving', {}, 'leaving'],
    ['paused', { isLeaving: true }, 'leaving'],
    ['paused', {}, 'resident'],
    ['resident', {}, 'resident'],
  ])('of %s %j is %s', (state, over, published) => {
    expect(publishedAs(residence(state, over))).toBe(published);
  });

  it.each<Judgement>(['found', 'returned', 'kept'])(
    'is nothing before the guest was judged: %s',
    (toJudge) => {
      for (const [state] of STATES) {
        for (const owes of [true, false]) {
          expect(publishedAs(residence(state, { owes, toJudge }))).toBeUndefined();
        }
      }
    },
  );
});

describe('phaseOf', () => {
  it.each(STATES)('of %s is %s', (state, phase, runs, here, awaited) => {
    for (const owes of [true, false]) {
      const where = residence(state, { owes });
      expect([phaseOf(where), runsHere(where), isHere(where), isAwaited(where)]).toEqual([
        ...[phase, runs, here, awaited],
      ]);
    }
  });
});

describe('residenceAt', () => {
  it.each<[GuestPhase, ResidenceState]>([
    ['migrated-away', 'left'],
    ['incoming', 'awaited'],
    ['paused', 'paused'],
    ['running', 'resident'],
  ])('has a guest that is seen %s first %s, and to be judged', (phase, state) => {
    const seen = residenceAt(phase);
    expect(seen).toEqual(residence(state, { epoch: 0, toJudge: 'found' }));
    expect([phaseOf(seen), publishedAs(seen)]).toEqual([phase, undefined]);
  });
});
