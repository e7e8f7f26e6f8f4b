import {
  type AnnounceTiming,
  DEFAULT_ANNOUNCE_TIMING,
  type RoundReport,
  type SendResult,
} from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { AnnouncementRun } from './announcement-run.js';

const START = 1000;

const testRun = (batches: readonly string[], timing: Partial<AnnounceTiming> = {}) => {
  const clock = new FakeClock(START);
  const sent: string[] = [];
  const told: RoundReport[] = [];
  const batch = (nic: string, frames = 2, result?: () => SendResult) => ({
    nic,
    frames,
    batch: {
      send: () => {
        sent.push(`${nic} ${clock.now() - START}`);
        return result?.() ?? { accepted: frames };
      },
    },
  });
  const run = new AnnouncementRun(
    batches.map((nic) => batch(nic)),
    { ...DEFAULT_ANNOUNCE_TIMING, ...timing },
    clock,
    (round) => told.push(round),
  );
  return { run, clock, sent, told, batch };
};

describe('AnnouncementRun', () => {
  it('sends round 1 before fire returns, and the others on time', async () => {
    const { run, clock, sent, told } = testRun(['a', 'b']);
    expect(run.frames).toBe(4);
    run.fire();
    expect(sent).toEqual(['a 0', 'b 0']);
    run.fire();
    run.complete();
    await clock.advance(799);
    expect(sent).toHaveLength(8);
    await clock.advance(1);
    expect(sent.slice(2)).toEqual([50, 200, 450, 800].flatMap((at) => [`a ${at}`, `b ${at}`]));
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
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['before it is fired', 0, []],
    ['between rounds', 60, ['a 0', 'a 50']],
    ['after the last, while more may come', 1000, ['a 0', 'a 50', 'a 200', 'a 450', 'a 800']],
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
    expect(sent).toEqual(['a 0', 'b 10', 'a 50', 'b 50']);
    expect((await run.done).rounds.map(({ frames }) => frames)).toEqual([2, 4]);
  });

  it.each([1, 2])('sends what is added after the last of %d rounds, until it is complete', async (rounds) => {
    const { run, clock, sent, batch } = testRun(['a'], { rounds });
    run.fire();
    await clock.advance(100);
    expect(run.add(batch('b'))).toBe(true);
    run.complete();
    expect(sent.at(-1)).toBe('b 100');
    expect((await run.done).outcome).toBe('announced');
    expect(run.add(batch('c'))).toBe(false);
    expect(sent).toHaveLength(rounds + 1);
  });

  it('begins with what is added where nothing was ready', async () => {
    const { run, clock, sent, batch } = testRun([], { rounds: 2 });
    run.fire();
    await clock.advance(10);
    run.add(batch('b'));
    run.complete();
    await clock.advance(100);
    expect(sent).toEqual(['b 10', 'b 60']);
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
    run.add(batch('a', 3, () => ({ accepted: 1, failure: 'ENOBUFS at frame 1' })));
    run.add(batch('b'));
    run.fire();
    run.complete();
    await clock.advance(50);
    const result = await run.done;
    expect(result.outcome).toBe('announced');
    expect(result.rounds.map(({ frames, accepted }) => [frames, accepted])).toEqual([
      [5, 3],
      [5, 3],
    ]);
    expect(result.failures).toEqual([
      { nic: 'a', round: 1, failure: 'ENOBUFS at frame 1' },
      { nic: 'a', round: 2, failure: 'ENOBUFS at frame 1' },
    ]);
  });

  it('has failed where nothing at all was accepted, and keeps no endless list', async () => {
    const { run, clock, batch } = testRun([], { rounds: 1000, stepMs: 1, maxMs: 1 });
    run.add(batch('a', 1, () => ({ accepted: 0, failure: 'ENETDOWN' })));
    run.fire();
    run.complete();
    await clock.advance(1000);
    const { outcome, failures, rounds } = await run.done;
    expect([outcome, failures.length, rounds.length]).toEqual(['failed', 64, 1000]);
  });

  it('lets a sink that throws cost no other NIC its frames', async () => {
    const { run, clock, sent, batch } = testRun([], { rounds: 2 });
    run.add(
      batch('a', 1, () => {
        throw new Error('a sink must not do this');
      }),
    );
    run.add(batch('b'));
    run.fire();
    run.complete();
    await clock.advance(50);
    expect(sent).toEqual(['a 0', 'b 0', 'a 50', 'b 50']);
    expect((await run.done).failures[0]).toEqual({ nic: 'a', round: 1, failure: 'a sink must not do this' });
  });
});
