import { describe, expect, it } from 'vitest';
import { FakeLearner } from '../../test/fake-learner.js';
import { learned, station } from '../../test/sample-nic.js';
import { residing } from '../../test/test-host.js';

describe('a guest that says nothing', () => {
  it('is asked and read less often once it has been silent for long, and as before when it speaks', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await residing('running', { learner });
    guest.cards.set('nic0', { macs: [], vlans: [] }); // no MAC that may be another guest's
    await test.tell('changed', guest);
    let lists = 0;
    guest.answer = async () => {
      lists += 1;
      return guest.descriptors;
    };
    const within = async (ms: number): Promise<readonly [reads: number, lists: number]> => {
      const before = [learner.reads, lists] as const;
      await test.clock.advance(ms);
      return [learner.reads - before[0], lists - before[1]];
    };
    expect(await within(40_000)).toEqual([4, 1]);
    await within(200_000);
    expect(await within(240_000)).toEqual([8, 2]);
    learner.seen.set('tap0', [learned(5, 22)]);
    await test.clock.advance(30_000);
    expect(test.published?.nics[0]?.learned).toMatchObject([{ station: station(5, 22) }]);
    learner.seen.set('tap0', [learned(5, 22)]);
    expect((await within(60_000))[0]).toBeGreaterThanOrEqual(6);
  });
});
