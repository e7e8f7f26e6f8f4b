import { MAX_LINE_BYTES, type MigrationLine } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { Watcher } from './watcher.js';

/** A response whose reader takes nothing while it `isStuck`. */
class PlayedResponse {
  isStuck = false;
  isEnded = false;
  readonly texts: string[] = [];
  private drained = (): void => {};

  write(text: string): boolean {
    expect(this.isEnded).toBe(false);
    this.texts.push(text);
    return !this.isStuck;
  }

  once(event: string, listener: () => void): this {
    expect(event).toBe('drain');
    this.drained = listener;
    return this;
  }

  end(): this {
    this.isEnded = true;
    return this;
  }

  read(): void {
    this.isStuck = false;
    this.drained();
  }

  get lines(): readonly MigrationLine[] {
    return this.texts.map((text) => {
      expect(text.endsWith('\n')).toBe(true);
      return JSON.parse(text) as MigrationLine;
    });
  }
}

const about = { at: 1, host: 'B' };
const alive = { fact: 'alive', ...about } as const;
const armed = (frames: number): MigrationLine => ({
  fact: 'armed',
  ...about,
  guest: { name: 'web' },
  instance: 'web#1',
  frames,
});
/** A proof of so many stations, each of which takes up room; `text` makes it longer. */
const proof = (stations: number, text = ''): MigrationLine =>
  ({
    ...armed(0),
    fact: 'proof',
    revision: 1,
    proof: { nics: [{ nic: text, stations: Array.from({ length: stations }, () => ({})) }] },
  }) as unknown as MigrationLine;

const begin = () => {
  const out = new PlayedResponse();
  const watcher = new Watcher(out as never, (lines) => ({ fact: 'dropped', ...about, lines }));
  return { out, watcher };
};
const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const numbersOf = (lines: readonly MigrationLine[]): readonly (number | string)[] =>
  lines.map((line) =>
    line.fact === 'armed' ? line.frames : line.fact === 'dropped' ? `-${line.lines}` : line.fact,
  );

describe('a watcher', () => {
  it('is written to later, never from within', async () => {
    const { out, watcher } = begin();
    for (const frames of [1, 2, 3]) watcher.tell(armed(frames));
    expect(out.texts).toEqual([]);
    await turns();
    expect(numbersOf(out.lines)).toEqual([1, 2, 3]);
  });

  it.each<[string, readonly MigrationLine[], readonly (number | string)[]]>([
    ['nothing where all has room', Array.from({ length: 2 }, (_, frames) => armed(frames)), [-1, 0, 1]],
    [
      'the oldest where they are too many',
      Array.from({ length: 4005 }, (_, frames) => armed(frames)),
      [-1, '-5', ...Array.from({ length: 4000 }, (_, index) => index + 5)],
    ],
    ['what is before a proof that is large', [armed(1), proof(3998), armed(2)], [-1, '-1', 'proof', 2]],
    ['all but the last, however large that is', [armed(1), proof(5000)], [-1, '-1', 'proof']],
  ])('that reads too slowly loses %s, and is told', async (_, lines, seen) => {
    const { out, watcher } = begin();
    out.isStuck = true;
    watcher.tell(armed(-1));
    await turns();
    for (const line of lines) watcher.tell(line);
    await turns();
    expect(out.texts.length).toBe(1);
    out.read();
    await turns(4100);
    expect(numbersOf(out.lines)).toEqual(seen);
  });

  it('is not sent a line that no reader takes, and is told', async () => {
    const { out, watcher } = begin();
    watcher.tell(proof(0, 'x'.repeat(MAX_LINE_BYTES)));
    watcher.tell(armed(1));
    await turns();
    expect(numbersOf(out.lines)).toEqual(['-1', 1]);
  });

  it('hears that the agent is there where it heard nothing else', async () => {
    const { out, watcher } = begin();
    watcher.tell(armed(1));
    watcher.tellIfQuiet(alive);
    await turns();
    expect(numbersOf(out.lines)).toEqual([1]);
    watcher.tellIfQuiet(alive);
    await turns();
    watcher.tellIfQuiet(alive);
    await turns();
    expect(numbersOf(out.lines)).toEqual([1, 'alive', 'alive']);
  });

  it('is not told so while it reads nothing: that would take the place of facts', async () => {
    const { out, watcher } = begin();
    out.isStuck = true;
    watcher.tell(armed(1));
    await turns();
    for (let beat = 0; beat < 5000; beat++) watcher.tellIfQuiet(alive);
    watcher.tell(armed(2));
    out.read();
    await turns();
    expect(numbersOf(out.lines)).toEqual([1, 2]);
  });

  it.each([
    ['all that it reads at once', false, [1, 2, 3]],
    ['no more than it reads', true, [1]],
  ])('is written at the end %s', (_, isStuck, seen) => {
    const { out, watcher } = begin();
    out.isStuck = isStuck;
    for (const frames of [1, 2, 3]) watcher.tell(armed(frames));
    watcher.end();
    expect(numbersOf(out.lines)).toEqual(seen);
    expect(out.isEnded).toBe(true);
  });
});
