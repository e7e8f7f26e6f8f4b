import { describe, expect, it } from 'vitest';
import { SLOW, START, testRun } from '../../test/test-run.js';

const FRAMES = ['a 0', 'a 1'];
const ONE = { rounds: 1 };

describe('frames that left before a run is fired', () => {
  const led = (sent: number, batches: readonly string[] = [], isAlone = false, rounds = 1) => {
    const test = testRun(batches, { ...ONE, rounds });
    const batch = test.batch('a');
    test.run.add(batch);
    test.run.departed({ batch, sent, firedAt: START - 2, lastAt: START - 1 });
    test.run.fire(isAlone);
    test.run.complete();
    return test;
  };

  it.each([
    [1, false, ['a 1 0']],
    [1, true, ['a 1 0']],
    [2, false, []],
    [2, true, []],
  ])('are no part of round 1: %d of 2, alone: %s', async (out, isAlone, rest) => {
    const { run, clock, sent, told } = led(out, [], isAlone, 2);
    await clock.advance(0);
    expect(sent).toEqual(rest);
    const [round] = told;
    expect(round).toMatchObject({ frames: 2, accepted: 2, byKernel: out, startedAt: START - 2 });
    await clock.advance(1000);
    expect(sent).toEqual([...rest, 'a 0-1 50']);
    const { outcome, firstFrameAt, lastFrameAt } = await run.done;
    expect([outcome, firstFrameAt]).toEqual(['announced', START - 2]);
    expect(lastFrameAt).toBe(out === 2 ? START - 1 : START);
  });

  it('hold up no other NIC', async () => {
    const { clock, sent } = led(2, ['b'], true);
    await clock.advance(0);
    expect(sent).toEqual(['b 0 0', 'b 1 0']);
  });

  it('are known by their names where the batch is another by now', async () => {
    const { run, clock, sent, batch } = testRun([], ONE);
    run.add(batch('a', { frames: ['a 1', 'a 2', 'a 0'], firsts: 3 }));
    run.departed({ batch: batch('a', { frames: FRAMES }), sent: 2, firedAt: START, lastAt: START });
    run.fire();
    await clock.advance(0);
    expect(sent).toEqual(['a 1 0']);
    const kept = batch('a', { frames: ['a 0', 'a 2', 'a 3'], firsts: 3 });
    run.replace(kept); // all is out: it goes with the later rounds
    await clock.advance(10);
    expect(sent).toEqual(['a 1 0']);
  });

  it('are what the announcement was, where no more was to be sent', async () => {
    const { run, clock } = led(2);
    await clock.advance(0);
    expect(await run.done).toMatchObject({ outcome: 'announced', rounds: [{ frames: 2, byKernel: 2 }] });
    expect([run.departures.left, run.departures.isWhole('a'), run.departures.losses]).toEqual([2, true, []]);
  });

  it('count for nothing once it is fired', async () => {
    const { run, clock, told, batch } = testRun(['a'], ONE, SLOW);
    run.fire();
    run.departed({ batch: batch('a'), sent: 2, firedAt: START, lastAt: START });
    await clock.advance(100);
    expect(told).toMatchObject([{ frames: 2, accepted: 2 }]);
    expect(told[0]).not.toHaveProperty('byKernel');
  });
});
