import type { FrameChannel } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { Departures } from './departures.js';

/** Departures of NIC `a`, whose channel has lost what `losing` says. */
const followed = (lost: () => unknown = () => 0) => {
  const departures = new Departures();
  departures.follow('a', { lost } as unknown as FrameChannel);
  return departures;
};

describe('Departures', () => {
  it.each<[string, unknown]>([
    ['throws', undefined],
    ['text', 'seven'],
    ['less than nothing', -3],
    ['a part of a frame', 0.5],
    ['no number', Number.NaN],
  ])('holds nothing lost where its sink says %s', (_, said) => {
    const departures = followed(() => {
      if (said === undefined) throw new Error('a sink must not do this');
      return said;
    });
    departures.handed('a', 1, 3, 3);
    departures.look(1);
    expect(departures.losses).toEqual([]);
    expect(departures.isWhole('a')).toBe(true);
  });

  it('never holds more lost in a round than was taken in it', () => {
    let lost = 5;
    const departures = followed(() => lost);
    departures.handed('a', 1, 3, 2);
    lost = 1000;
    departures.look(1);
    expect(departures.losses).toEqual([{ nic: 'a', round: 1, frames: 2 }]);
    expect(departures.left).toBe(0);
  });

  it('counts what left by itself, of which no counter knows', () => {
    let lost = 0;
    const departures = followed(() => lost);
    departures.departed('a', 3);
    departures.look(1);
    expect([departures.left, departures.isWhole('a')]).toEqual([3, true]);
    lost = 5; // it cannot be of these
    departures.look(1);
    expect([departures.losses, departures.left, departures.isWhole('a')]).toEqual([[], 3, true]);
    departures.handed('a', 1, 2, 1);
    expect([departures.left, departures.isWhole('a')]).toEqual([4, false]);
  });

  it('does not count what was lost before it, and each loss once', () => {
    let lost = 7;
    const departures = followed(() => lost);
    departures.handed('a', 1, 3, 3);
    departures.look(1);
    expect(departures.losses).toEqual([]);
    lost = 9;
    departures.look(1);
    departures.look(1);
    departures.handed('a', 2, 3, 3);
    departures.look(2);
    expect(departures.losses).toEqual([{ nic: 'a', round: 1, frames: 2 }]);
    expect([departures.lostIn(1), departures.lostIn(2), departures.left]).toEqual([2, 0, 4]);
  });

  it.each<[string, readonly (readonly [frames: number, accepted: number, lost: number])[], number, boolean]>([
    ['nothing was sent', [], 1, true],
    ['all left', [[3, 3, 0]], 1, true],
    ['one was refused', [[3, 2, 0]], 1, false],
    ['one was lost', [[3, 3, 1]], 1, false],
    [
      'a later round left whole',
      [
        [3, 0, 0],
        [3, 3, 2],
        [3, 3, 0],
      ],
      1,
      true,
    ],
    [
      'what was added afterwards was lost',
      [
        [3, 3, 0],
        [4, 4, 1],
      ],
      2,
      false,
    ],
  ])('where %s', (_, rounds, since, isWhole) => {
    let lost = 0;
    const departures = followed(() => lost);
    for (const [index, [frames, accepted, lostNow]] of rounds.entries()) {
      departures.handed('a', index + 1, frames, accepted);
      lost += lostNow;
      departures.look(index + 1);
    }
    departures.added('a', since);
    expect(departures.isWhole('a')).toBe(isWhole);
    expect(departures.isWhole('b')).toBe(true);
  });
});
