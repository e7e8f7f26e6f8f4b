import type { SendResult } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { SLOW, START, testRun } from '../../test/test-run.js';

describe('AnnouncementRun', () => {
  it('sends the primaries before fire returns, the others at the end of the turn, the rounds on time', async () => {
    const { run, clock, sent, told } = testRun(['a', 'b']);
    expect(run.frames).toBe(4);
    run.fire();
    expect(sent).toEqual(['a 0 0', 'b 0 0']);
    run.fire();
    run.complete();
    await clock.advance(0);
    expect(sent.slice(2)).toEqual(['a 1 0', 'b 1 0']);
    await clock.advance(799);
    expect(sent).toHaveLength(10);
    await clock.advance(1);
    expect(sent.slice(4)).toEqual([50, 200, 450, 800].flatMap((at) => [`a 0-1 ${at}`, `b 0-1 ${at}`]));
    const result = await run.done;
    expect(result).toMatchObject({
      outcome: 'announced',
      firstFrameAt: START,
      lastFrameAt: START,
      failures: [],
    });
    expect(result.rounds).toEqual(told);
    expect(
      told.map(({ round, startedAt, frames, accepted }) => [round, startedAt - START, frames, accepted]),
    ).toEqual([
      [1, 0, 4, 4],
      [2, 50, 4, 4],
      [3, 200, 4, 4],
      [4, 450, 4, 4],
      [5, 800, 4, 4],
    ]);
    expect(told.flatMap(({ delayed, delayedMs }) => [delayed, delayedMs])).toEqual(Array(10).fill(undefined));
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['before it is fired', 0, []],
    ['between rounds', 60, ['a 0 0', 'a 1 0', 'a 0-1 50']],
    [
      'after the last, while more may come',
      1000,
      ['a 0 0', 'a 1 0', 'a 0-1 50', 'a 0-1 200', 'a 0-1 450', 'a 0-1 800'],
    ],
  ])('sends nothing after it was cancelled %s', async (_, afterMs, left) => {
    const { run, clock, sent, batch } = testRun(['a']);
    if (afterMs > 0) run.fire();
    await clock.advance(afterMs);
    run.cancel();
    run.fire();
    run.complete();
    expect(run.add(batch('b'))).toBe(false);
    await clock.advance(10_000);
    expect(sent).toEqual(left);
    expect((await run.done).outcome).toBe('superseded');
    expect(clock.pending).toBe(0);
  });

  it('sends what is added at once and in later rounds', async () => {
    const { run, clock, sent, batch } = testRun(['a'], { rounds: 2 });
    run.fire();
    await clock.advance(10);
    expect(run.add(batch('b'))).toBe(true);
    run.complete();
    await clock.advance(100);
    expect(sent).toEqual(['a 0 0', 'a 1 0', 'b 0-1 10', 'a 0-1 50', 'b 0-1 50']);
    expect((await run.done).rounds.map(({ frames }) => frames)).toEqual([2, 4]);
  });

  it.each([1, 2])('sends what is added after the last of %d rounds, until it is complete', async (rounds) => {
    const { run, clock, sent, batch } = testRun(['a'], { rounds });
    run.fire();
    await clock.advance(100);
    expect(run.add(batch('b'))).toBe(true);
    run.complete();
    await clock.advance(0);
    expect(sent.at(-1)).toBe('b 0-1 100');
    const result = await run.done;
    expect([result.outcome, result.rounds.length]).toEqual(['announced', rounds]);
    expect(run.add(batch('c'))).toBe(false);
    expect(sent).toHaveLength(rounds + 2);
  });

  it('begins with what is added where nothing was ready', async () => {
    const { run, clock, sent, batch } = testRun([], { rounds: 2 });
    run.fire();
    await clock.advance(10);
    run.add(batch('b'));
    run.complete();
    await clock.advance(100);
    expect(sent).toEqual(['b 0 10', 'b 1 10', 'b 0-1 60']);
    expect(await run.done).toMatchObject({ outcome: 'announced', firstFrameAt: START + 10 });
  });

  it.each([
    ['no batches', [], {}],
    ['no rounds', ['a'], { rounds: 0 }],
  ])('has nothing to announce with %s', async (_, batches, timing) => {
    const { run, clock, sent, batch } = testRun(batches, timing);
    run.fire();
    if (batches.length > 0) expect(run.add(batch('b'))).toBe(false);
    run.complete();
    expect(await run.done).toEqual({ outcome: 'nothing-to-announce', rounds: [], failures: [] });
    expect([sent, clock.pending]).toEqual([[], 0]);
  });

  it('counts what was accepted, and tells what was refused', async () => {
    const { run, clock, batch } = testRun([], { rounds: 2 });
    const refused = { accepted: 1, failure: 'ENOBUFS at frame 1' };
    run.add(batch('a', { frames: ['a', 'b', 'c', 'd'], firsts: 3 }, () => refused));
    run.add(batch('b'));
    run.fire();
    run.complete();
    await clock.advance(50);
    const result = await run.done;
    expect(result.outcome).toBe('announced');
    expect(result.rounds.map(({ frames, accepted }) => [frames, accepted])).toEqual([
      [6, 5], // one each of a's primary, its first frames and the others
      [6, 3],
    ]);
    expect(result.failures).toEqual([
      { nic: 'a', round: 1, failure: 'ENOBUFS at frame 1' },
      { nic: 'a', round: 2, failure: 'ENOBUFS at frame 1' },
    ]);
  });

  it('has failed where nothing at all was accepted, and keeps no endless list', async () => {
    const { run, clock, batch } = testRun([], { rounds: 1000, stepMs: 1, maxMs: 1 });
    run.add(batch('a', {}, () => ({ accepted: 0, failure: 'ENETDOWN' })));
    run.fire();
    run.complete();
    await clock.advance(1000);
    const { outcome, failures, rounds } = await run.done;
    expect([outcome, failures.length, rounds.length]).toEqual(['failed', 64, 1000]);
  });

  it.each([
    [3, 'announced', 3],
    [0, 'nothing-to-announce', 0],
  ])('ends where what was to replace is all there is, of %d rounds', async (rounds, outcome, told) => {
    const test = testRun([], { rounds });
    test.run.fire();
    test.run.replace(test.batch('a'));
    test.run.complete();
    await test.clock.advance(1000);
    expect([(await test.run.done).outcome, test.told.length]).toEqual([outcome, told]);
  });

  it('lets a sink that throws cost no other NIC its frames', async () => {
    const { run, clock, sent, batch } = testRun([], { rounds: 2 });
    run.add(
      batch('a', {}, () => {
        throw new Error('a sink must not do this');
      }),
    );
    run.add(batch('b'));
    run.fire();
    run.complete();
    await clock.advance(50);
    expect(sent).toEqual(['a 0 0', 'b 0 0', 'a 1 0', 'b 1 0', 'a 0-1 50', 'b 0-1 50']);
    expect((await run.done).failures[0]).toEqual({ nic: 'a', round: 1, failure: 'a sink must not do this' });
  });

  it.each<[string, unknown, number, string]>([
    ['that it took all each time', { accepted: 2 }, 2, 'announced'],
    ['that it took less than none', { accepted: -1 }, 0, 'failed'],
    ['nonsense', { accepted: 'all' }, 0, 'failed'],
    ['nothing', undefined, 0, 'failed'],
  ])('counts no more than was handed over where a sink says %s', async (_, result, accepted, outcome) => {
    const { run, clock, batch } = testRun([], { rounds: 1 });
    run.add(batch('a', {}, () => result as SendResult));
    run.fire();
    run.complete();
    await clock.advance(0);
    expect(await run.done).toMatchObject({ outcome, rounds: [{ frames: 2, accepted }] });
  });
});

describe('AnnouncementRun, where the pace binds', () => {
  it('ends a round when its last frame is out, and says what was delayed', async () => {
    const { run, clock, sent, told } = testRun(['a', 'b'], { rounds: 1 }, SLOW);
    run.fire();
    run.complete();
    await clock.advance(25);
    expect([sent, told]).toEqual([['a 0 0', 'b 0 10', 'a 1 20'], []]);
    await clock.advance(5);
    expect(sent.at(-1)).toBe('b 1 30');
    expect(told).toEqual([
      {
        round: 1,
        startedAt: START,
        finishedAt: START + 30,
        frames: 4,
        accepted: 4,
        delayed: 3,
        delayedMs: 30,
      },
    ]);
    expect(await run.done).toMatchObject({ firstFrameAt: START, lastFrameAt: START + 30 });
  });

  it('begins no round before the one before is out', async () => {
    const { run, clock, told } = testRun(['a'], { rounds: 3, initialMs: 15, stepMs: 25 }, SLOW);
    run.fire();
    run.complete();
    await clock.advance(200);
    expect(told.map(({ startedAt, finishedAt }) => [startedAt - START, finishedAt - START])).toEqual([
      [0, 10],
      [15, 30], // the next is due 40 ms after it began
      [55, 65],
    ]);
    const late = testRun(['a', 'b'], { rounds: 2, initialMs: 15 }, SLOW);
    late.run.fire();
    late.run.complete();
    await late.clock.advance(200);
    expect(late.told.map(({ startedAt, finishedAt }) => [startedAt - START, finishedAt - START])).toEqual([
      [0, 30],
      [30, 70],
    ]);
  });

  it.each([
    ['before any frame of the round', 15, ['a 0 0', 'a 1 10'], [[1, 2, 2]]],
    [
      'within a round',
      25,
      ['a 0 0', 'a 1 10', 'a 0 20'],
      [
        [1, 2, 2],
        [2, 2, 1],
      ],
    ],
    ['within round 1', 5, ['a 0 0'], [[1, 2, 1]]],
  ])('takes back what was not sent when it is cancelled %s', async (_, afterMs, left, rounds) => {
    const { run, clock, sent, told } = testRun(['a'], { initialMs: 12 }, SLOW);
    run.fire();
    await clock.advance(afterMs);
    run.cancel();
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(sent).toEqual(left);
    const result = await run.done;
    expect(result.outcome).toBe('superseded');
    expect(result.rounds.map(({ round, frames, accepted }) => [round, frames, accepted])).toEqual(rounds);
    expect(result.lastFrameAt).toBe(afterMs < 10 ? undefined : START + 10);
    expect(told).toHaveLength(result.rounds.filter(({ frames, accepted }) => frames === accepted).length);
  });

  it('ends a round that is cancelled at the frame it has come to', async () => {
    const { run, clock } = testRun(['a'], {}, SLOW);
    run.fire();
    await clock.advance(5);
    run.cancel();
    expect((await run.done).rounds).toEqual([
      { round: 1, startedAt: START, finishedAt: START, frames: 2, accepted: 1 },
    ]);
  });

  it.each([
    ['its primary waits', 0, ['x 0 0', 'b 0 10', 'x 1 20', 'b 1 30'], [4, 4]],
    ['its others wait', 15, ['x 0 0', 'a 0 10', 'x 1 20', 'b 0 30', 'b 1 40'], [5, 5]],
  ])('sends instead of a batch of which %s the one that replaces it', async (_, atMs, left, counts) => {
    const { run, clock, sent, told, batch } = testRun(['x', 'a'], { rounds: 2, initialMs: 500 }, SLOW);
    run.fire();
    await clock.advance(atMs);
    run.replace({ ...batch('b'), nic: 'a' });
    await clock.advance(499 - atMs);
    expect(sent).toEqual(left);
    expect(told.map(({ frames, accepted }) => [frames, accepted])).toEqual([counts]);
    await clock.advance(1000);
    expect(sent.slice(left.length)).toEqual(['x 0 500', 'x 1 510', 'b 0 520', 'b 1 530']);
    expect(told.at(-1)).toMatchObject({ frames: 4, accepted: 4 });
  });

  it('repeats in no round what left in it before its batch was replaced', async () => {
    const { run, clock, sent, told, batch } = testRun(['a'], { rounds: 2, initialMs: 100 }, SLOW);
    run.fire();
    await clock.advance(105); // the first of round 2 is out
    run.replace(batch('a', { frames: ['a 0', 'b 0'] }));
    run.complete();
    await clock.advance(200);
    expect(sent).toEqual(['a 0 0', 'a 1 10', 'a 0 100', 'a 1 110']); // of the new batch the second alone
    expect(told.map(({ frames }) => frames)).toEqual([2, 2]);
  });

  it('sends nothing more in a round for a batch that is replaced by none', async () => {
    const { run, clock, sent, told, batch } = testRun(['a'], { rounds: 1 }, SLOW);
    run.fire();
    run.replace(batch('a', { frames: [], primaries: 0, firsts: 0 }));
    run.complete();
    await clock.advance(100);
    expect([sent, told.map(({ frames }) => frames)]).toEqual([['a 0 0'], [1]]);
    expect((await run.done).outcome).toBe('announced');
  });

  it('sends a replacement in the place of what was never sent', async () => {
    const { run, clock, sent, batch } = testRun(['a'], { rounds: 1 });
    run.replace({ ...batch('b'), nic: 'a' });
    run.fire();
    expect(sent).toEqual(['b 0 0']);
    await clock.advance(10);
    expect(sent).toEqual(['b 0 0', 'b 1 0']);
  });

  it('sends a replacement with the later rounds alone where all was out', async () => {
    const { run, clock, sent, batch } = testRun(['a'], { rounds: 2 });
    run.fire();
    await clock.advance(10);
    run.replace({ ...batch('b'), nic: 'a' });
    await clock.advance(90);
    expect(sent).toEqual(['a 0 0', 'a 1 0', 'b 0-1 50']);
  });

  it('counts to a round what is added while it is on its way', async () => {
    const { run, clock, sent, told, batch } = testRun(['a'], { rounds: 1 }, SLOW);
    run.fire();
    expect(run.add(batch('b'))).toBe(true);
    run.complete();
    await clock.advance(100);
    expect(sent).toEqual(['a 0 0', 'a 1 10', 'b 0 20', 'b 1 30']);
    expect(told).toMatchObject([{ frames: 4, accepted: 4, finishedAt: START + 30 }]);
    expect((await run.done).outcome).toBe('announced');
  });

  it('is not over before what was added last is out', async () => {
    const { run, clock, sent, told, batch } = testRun(['a'], { rounds: 1 }, SLOW);
    run.fire();
    await clock.advance(100);
    run.add(batch('b'));
    run.complete();
    let isOver = false;
    void run.done.then(() => {
      isOver = true;
    });
    await clock.advance(0);
    expect([sent.at(-1), isOver]).toEqual(['b 0 100', false]);
    await clock.advance(10);
    expect([sent.at(-1), isOver, told.length]).toEqual(['b 1 110', true, 1]);
  });
});
