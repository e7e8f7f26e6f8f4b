import { type AnnouncePacing, DEFAULT_ANNOUNCE_PACING } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { SLOW, testRun } from '../../test/test-run.js';

describe('AnnouncementRun of a guest beside which no other can resume', () => {
  it.each<[string, string[], AnnouncePacing, string[]]>([
    ['one NIC in one call', ['a'], DEFAULT_ANNOUNCE_PACING, ['a 0-1 0']],
    [
      'two NICs, the primaries first',
      ['a', 'b'],
      DEFAULT_ANNOUNCE_PACING,
      ['a 0 0', 'b 0 0', 'a 1 0', 'b 1 0'],
    ],
    ['no more than the pace allows', ['a'], SLOW, ['a 0 0']],
  ])(
    'sends all of round 1 before fire returns where no other guest can resume: %s',
    async (_, nics, pacing, at0) => {
      const { run, clock, sent, told } = testRun(nics, {}, pacing);
      run.fire(true);
      expect(sent).toEqual(at0);
      run.complete();
      await clock.advance(49);
      const [round] = told;
      expect(round).toMatchObject({ round: 1, frames: 2 * nics.length, accepted: 2 * nics.length });
      expect(round?.delayed).toBe(pacing === SLOW ? 1 : undefined);
    },
  );

  it('counts what it sent at once against the pace of others', async () => {
    const { run, clock, sent, told } = testRun(['a'], { rounds: 2 }, { framesPerSecond: 10, burst: 2 });
    run.fire(true);
    run.complete();
    await clock.advance(99);
    expect(sent).toEqual(['a 0-1 0']);
    await clock.advance(300);
    expect(told.map(({ delayed }) => delayed)).toEqual([undefined, 2]);
  });

  it('sends what replaced the only batch, and nothing of that', () => {
    const { run, sent, batch } = testRun(['a']);
    run.replace(batch('a', { frames: ['a 0'], firsts: 1 }));
    run.fire(true);
    expect(sent).toEqual(['a 0 0']);
  });
});
