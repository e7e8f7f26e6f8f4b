import type { SendResult } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { SLOW, testRun } from '../../test/test-run.js';

/** A run, and what it says of having caught up: `nothing` as long as it says nothing. */
const asked = (...given: Parameters<typeof testRun>) => {
  const test = testRun(...given);
  const answers: (boolean | 'nothing')[] = [];
  const ask = (): void => {
    const index = answers.push('nothing') - 1;
    void test.run.whenCaughtUp().then((isOut) => {
      answers[index] = isOut;
    });
  };
  return { ...test, ask, answers };
};

const nothingTaken = (): SendResult => ({ accepted: 0, failure: 'ENETDOWN' });

describe('AnnouncementRun, asked whether it has caught up', () => {
  it.each<[string, number | undefined, string[]]>([
    ['before it is fired', undefined, []],
    ['after its first frame', 0, ['x 0 0']],
    ['before its last frame', 25, ['x 0 0', 'a 0 10', 'x 1 20']],
  ])('says no where it is cancelled %s, also to whoever asks later', async (_, afterMs, left) => {
    const { run, clock, sent, ask, answers } = asked(['x', 'a'], { rounds: 3 }, SLOW);
    ask();
    if (afterMs !== undefined) run.fire();
    await clock.advance(afterMs ?? 0);
    expect(answers).toEqual(['nothing']);
    run.cancel();
    ask();
    await clock.advance(10_000);
    expect([answers, sent]).toEqual([[false, false], left]);
  });

  it('says no where it is cancelled before what was added last is out, also to whoever asks later', async () => {
    const { run, clock, batch, ask, answers } = asked(['a'], { rounds: 1 }, SLOW);
    run.fire();
    await clock.advance(100);
    run.add(batch('b'));
    ask();
    await clock.advance(5);
    run.cancel();
    ask();
    await clock.advance(0);
    expect(answers).toEqual([false, false]);
  });

  it('says no where the system took nothing at all, also when it is over', async () => {
    const { run, clock, batch, ask, answers } = asked([], { rounds: 1 });
    run.add(batch('a', {}, nothingTaken));
    ask();
    run.fire();
    await clock.advance(0);
    ask();
    run.complete();
    await run.done;
    ask();
    await clock.advance(0);
    expect(answers).toEqual([false, false, false]);
  });

  it('says yes where the system took some of it', async () => {
    const { run, clock, batch, ask, answers } = asked(['b'], { rounds: 1 });
    run.add(batch('a', {}, nothingTaken));
    run.fire();
    ask();
    await clock.advance(0);
    expect(answers).toEqual([true]);
  });

  it.each([
    ['with nothing to send', [], {}],
    ['of 0 rounds', ['a'], { rounds: 0 }],
  ])('says yes of a run %s, once it is fired', async (_, nics, timing) => {
    const { run, clock, ask, answers } = asked(nics, timing);
    ask();
    await clock.advance(0);
    expect(answers).toEqual(['nothing']);
    run.fire();
    ask();
    run.complete();
    ask();
    await clock.advance(0);
    expect(answers).toEqual([true, true, true]);
  });

  it('says yes when the last frame of round 1 is out, not before', async () => {
    const { run, clock, ask, answers } = asked(['a', 'b'], { rounds: 3 }, SLOW);
    ask();
    run.fire();
    await clock.advance(29);
    ask();
    await clock.advance(0);
    expect(answers).toEqual(['nothing', 'nothing']);
    await clock.advance(1);
    expect(answers).toEqual([true, true]);
  });

  it.each([
    ['where it sends all at once', true],
    ['at the end of the turn', false],
  ])('says yes to one who asks after it is fired, %s', async (_, isAlone) => {
    const { run, clock, ask, answers } = asked(['a']);
    run.fire(isAlone);
    ask();
    await clock.advance(0);
    expect(answers).toEqual([true]);
  });

  it('waits for what was added before it was asked, and not for what is added after it said yes', async () => {
    const { run, clock, batch, ask, answers } = asked(['a'], { rounds: 1 }, SLOW);
    run.fire();
    await clock.advance(100);
    run.add(batch('b'));
    ask();
    await clock.advance(9);
    expect(answers).toEqual(['nothing']);
    await clock.advance(1);
    expect(answers).toEqual([true]);
    run.add(batch('c'));
    ask();
    await clock.advance(19);
    expect(answers).toEqual([true, 'nothing']);
    await clock.advance(1);
    expect(answers).toEqual([true, true]);
  });

  it('says yes where the rest was replaced by nothing', async () => {
    const { run, clock, batch, ask, answers } = asked(['a'], { rounds: 1 }, SLOW);
    run.fire();
    ask();
    run.replace(batch('a', { frames: [], primaries: 0, firsts: 0 }));
    await clock.advance(0);
    expect(answers).toEqual([true]);
  });

  it.each([
    ['between rounds', 20, 'superseded'],
    ['after the last round, while more may come', 1000, 'superseded'],
    ['when it is over', 1000, 'announced'],
  ])('says yes to one who asks late, after it ended %s', async (_, afterMs, outcome) => {
    const { run, clock, ask, answers } = asked(['a']);
    run.fire();
    await clock.advance(afterMs);
    if (outcome === 'announced') run.complete();
    else run.cancel();
    expect((await run.done).outcome).toBe(outcome);
    ask();
    await clock.advance(0);
    expect(answers).toEqual([true]);
  });
});
