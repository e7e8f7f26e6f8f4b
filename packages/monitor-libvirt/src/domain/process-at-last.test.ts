import type { QemuProcess } from '@nic-herald/qmp';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { processAtLast } from './process-at-last.js';

const domain = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const incarnation = { bootId: 'b', pid: 7, startTicks: 9 };
const known: QemuProcess = { incarnation, isQemu: true };
const late: QemuProcess = { incarnation };

const bed = (first: QemuProcess | undefined, ...later: ReadonlyArray<QemuProcess | undefined>) => {
  const clock = new TestClock();
  const aborter = new AbortController();
  const answers = [...later];
  const found = processAtLast({ of: async () => answers.shift() }, domain, {
    clock,
    first: Promise.resolve(first),
    signal: aborter.signal,
  });
  const pass = async (ms: number): Promise<void> => {
    await new Promise(setImmediate);
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { clock, aborter, found, pass, left: answers };
};

describe('processAtLast', () => {
  it('gives up after a while', async () => {
    const { clock, found, pass, left } = bed(undefined, ...Array.from({ length: 20 }, () => undefined));
    for (let turn = 0; turn < 12; turn += 1) await pass(30_000);
    expect(await found).toBeUndefined();
    expect(left).toHaveLength(11);
    expect(clock.timers).toEqual([]);
  });

  it('looks no more when the guest is gone', async () => {
    const { clock, aborter, found, pass } = bed(undefined, known);
    await pass(0);
    aborter.abort();
    expect(await found).toBeUndefined();
    expect(clock.timers).toEqual([]);
  });

  it('tells nothing of a guest that was gone before', async () => {
    const { aborter, found } = bed(known);
    aborter.abort();
    expect(await found).toBeUndefined();
  });

  it('takes the first where it was only too late', async () => {
    expect(await bed(known).found).toBe(known);
  });

  it('looks again, after longer and longer pauses', async () => {
    const { found, pass } = bed(late, undefined, late, known);
    for (const ms of [1000, 2000, 4000]) await pass(ms);
    expect(await found).toBe(known);
  });
});
