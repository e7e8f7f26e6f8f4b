import { describe, expect, it } from 'vitest';
import { type OwnTimes, type SourceTimes, stopTime } from './stop-time.js';

/** STOP 50 ms before RESUME, the first frame 2 ms after it; that takes 0.4 ms to come in, and a note 8 ms. */
const move = (over: Partial<SourceTimes & OwnTimes> = {}): [SourceTimes, OwnTimes] => [
  { heardMs: 52.4, stoppedBy: 958, ...over },
  { resumedAt: 1000, firstFrameAt: 1002, ...over },
];

describe('stopTime', () => {
  it.each<[string, ReturnType<typeof move>]>([
    ['the announcement was heard before it left', move({ stoppedBy: 900 })],
    ['STOP came after RESUME', move({ heardMs: 1 })],
    [
      'no note was read in time, and the guest stood still for long',
      move({ heardMs: 103 + 50, stoppedBy: 958 }),
    ],
    ['no note has when it was stopped', move({ heardMs: 5000, stoppedBy: Number.POSITIVE_INFINITY })],
    ['it was hours ago', move({ heardMs: 7_200_002, stoppedBy: 1000 - 7_200_000 + 8 })],
    ['there is no sense in it', move({ heardMs: Number.NaN })],
  ])('says nothing where %s', (_, [theirs, ours]) => {
    expect(stopTime(theirs, ours)).toBeUndefined();
  });

  it('has the guest stopped between what both hosts know', () => {
    const found = stopTime(...move());
    expect(found).toEqual({ agoMs: 46.2, errorMs: 4.3 });
    expect(Math.abs(50 - (found?.agoMs ?? 0))).toBeLessThanOrEqual(found?.errorMs ?? 0);
  });

  it('knows that a guest stops before it goes on, where notes take long', () => {
    expect(stopTime(...move({ stoppedBy: 1958 }))).toEqual({ agoMs: 25.2, errorMs: 25.3 });
  });

  it('knows it of a guest that stood still for long', () => {
    expect(stopTime(...move({ heardMs: 60_002.4, stoppedBy: 1000 - 60_000 + 8 }))).toEqual({
      agoMs: 59_996.2,
      errorMs: 4.3,
    });
  });
});
