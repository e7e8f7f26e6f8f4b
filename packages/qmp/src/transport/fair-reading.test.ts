import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../test/test-clock.js';
import { FairReading } from './fair-reading.js';
import { LineSplitter } from './line-splitter.js';

/** A clock on which taking a line takes time. */
class WorkingClock extends TestClock {
  private workedMs = 0;

  work(ms: number): void {
    this.workedMs += ms;
  }

  override elapsed(): number {
    return super.elapsed() + this.workedMs;
  }
}

/** A stream whose lines take `lineMs` each. */
const stream = (clock: WorkingClock, lineMs: number, maxBytes = 1000) => {
  const taken: string[] = [];
  const flow: string[] = [];
  const faults: unknown[] = [];
  const splitter = new LineSplitter(maxBytes);
  const reading = new FairReading(clock, {
    split: (bytes) => splitter.push(bytes),
    take: (line) => {
      clock.work(lineMs);
      taken.push(new TextDecoder().decode(line));
      return taken.at(-1) !== 'last';
    },
    pause: () => flow.push('pause'),
    resume: () => flow.push('resume'),
    onFault: (error) => faults.push(error),
  });
  const push = (lines: readonly string[]): void =>
    reading.push(new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
  return { reading, push, taken, flow, faults };
};

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `${at}`);

describe('FairReading', () => {
  const open: FairReading[] = [];
  afterEach(() => {
    for (const reading of open.splice(0)) reading.close();
  });
  const opened = (...args: Parameters<typeof stream>) => {
    const made = stream(...args);
    open.push(made.reading);
    return made;
  };

  it('tells what cannot be cut into lines, also in a later turn, and takes nothing any more', () => {
    const clock = new WorkingClock();
    const { push, taken, faults } = opened(clock, 0.1, 10);
    push([...numbers(200), 'x'.repeat(11), 'after']);
    expect(faults).toEqual([]);
    clock.advance(1000);
    push(['later']);
    expect(faults).toEqual([expect.objectContaining({ code: 'HERALD_QMP_LINE_TOO_LONG' })]);
    expect(taken).toEqual(numbers(200));
  });

  it('takes nothing after the line that ends it', () => {
    const clock = new WorkingClock();
    const { push, taken } = opened(clock, 0.1);
    push(['first', 'last', 'more']);
    push(['more']);
    expect(taken).toEqual(['first', 'last']);
  });

  it.each([
    ['a hundred lines, however long they take', 100, 5],
    ['more that take no time', 5000, 0],
  ])('takes %s at once', (_, count, lineMs) => {
    const { push, taken, flow } = opened(new WorkingClock(), lineMs);
    push(numbers(count));
    expect(taken).toHaveLength(count);
    if (count > 100) expect(flow).toEqual([]);
  });

  it('takes a flood in short turns, all of it and in order, and lets the source wait', () => {
    const clock = new WorkingClock();
    const { push, taken, flow } = opened(clock, 0.05);
    push(numbers(1000));
    push(['more']);
    expect(taken).toHaveLength(100);
    expect(flow).toEqual(['pause']);
    for (let before = taken.length; taken.length < 1001; before = taken.length) {
      clock.advance(1);
      expect(taken.length - before).toBeLessThanOrEqual(11); // half a millisecond's worth
    }
    clock.advance(100);
    expect(taken).toEqual([...numbers(1000), 'more']);
    expect(flow).toEqual(['pause', 'resume']);
    expect(clock.timers).toEqual([]);
  });

  it('gives those that are behind one part of the time together', () => {
    const clock = new WorkingClock();
    const streams = Array.from({ length: 4 }, () => opened(clock, 0.05));
    for (const { push } of streams) push(numbers(10_000));
    const before = streams.reduce((sum, { taken }) => sum + taken.length, 0);
    clock.advance(200);
    const lines = streams.reduce((sum, { taken }) => sum + taken.length, 0) - before;
    expect(lines * 0.05).toBeLessThan(30);
    expect(lines * 0.05).toBeGreaterThan(10);
    const counts = streams.map(({ taken }) => taken.length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(50);
  });

  it('leaves nothing behind when it is closed in the middle', () => {
    const clock = new WorkingClock();
    const { reading, push, taken } = opened(clock, 0.1);
    push(numbers(1000));
    reading.close();
    const count = taken.length;
    clock.advance(1000);
    push(['more']);
    expect(taken).toHaveLength(count);
    expect(clock.timers).toEqual([]);
  });
});
