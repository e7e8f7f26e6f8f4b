import { appendFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_ENTRY_BYTES, parseReportEntry, type ReportEntry, reportEntry } from './report-entry.js';
import { fileOfLine, INDEX_FILE, newestLines, ReportIndex } from './report-index.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-index-'));
});
afterEach(() => rm(directory, { recursive: true }));

const entry = (file: string, revision = 1): ReportEntry => ({
  file,
  size: 100,
  ...reportEntry(sampleReport({ revision }), 1000),
});
const entries = async (): Promise<ReadonlyMap<string, ReportEntry | undefined>> => {
  const found = new Map<string, ReportEntry | undefined>();
  for await (const lines of newestLines(directory)) {
    for (const line of lines) {
      const file = fileOfLine(line) ?? '';
      if (found.get(file) === undefined) found.set(file, parseReportEntry(line));
    }
  }
  return found;
};

describe('an entry', () => {
  const good = entry('a.json');
  it.each<[string, unknown]>([
    ['a number', 1],
    ['a list', []],
    ['null', null],
    ['one without a guest', { ...good, guest: undefined }],
    ['one with a guest that is a text', { ...good, guest: 'web' }],
    ['one with a name that is a number', { ...good, guest: { name: 1 } }],
    ['one with a long name', { ...good, guest: { name: 'x'.repeat(600) } }],
    ['one with an unknown outcome', { ...good, outcome: 'odd' }],
    ['one with an unknown cause', { ...good, cause: 'odd' }],
    ['one with an unknown mode', { ...good, mode: 'odd' }],
    ['one without a time', { ...good, at: null }],
    ['one with warnings that are numbers', { ...good, warnings: [1] }],
    ['one with more warnings than there are', { ...good, warnings: Array.from({ length: 17 }, () => 'X') }],
    ['one longer than any is', { ...good, more: 'x'.repeat(MAX_ENTRY_BYTES) }],
  ])('is not %s', (_, value) => {
    expect(parseReportEntry(JSON.stringify(value))).toBeUndefined();
  });

  it('is what was written as one, with the longest names there are', () => {
    const longest = sampleReport({
      guest: { name: '\u0001'.repeat(256), uuid: '9b1c5d3e-1111-4222-8333-00000000000a' },
      host: '\u0001'.repeat(128),
      mode: 'observe',
      warnings: Array.from({ length: 40 }, (__, n) => ({
        code: `HERALD_${'W'.repeat(60)}${n}` as const,
        message: 'm',
      })),
    });
    const whole = { file: 'x'.repeat(255), size: 1, ...reportEntry(longest, 1) };
    expect(parseReportEntry(JSON.stringify(whole))).toEqual(whole);
  });
});

describe('an index', () => {
  it('that is not there, or is a link or a folder, has no lines', async () => {
    expect(await entries()).toEqual(new Map());
    await writeFile(join(directory, 'other'), `${JSON.stringify(entry('a.json'))}\n`);
    await symlink('other', join(directory, INDEX_FILE));
    expect(await entries()).toEqual(new Map());
    await new ReportIndex(directory).append([entry('b.json')]);
    expect(await readFile(join(directory, 'other'), 'utf8')).not.toContain('b.json');
  });

  it('has the last line of each file, of two agents', async () => {
    const [one, other] = [new ReportIndex(directory), new ReportIndex(directory)];
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? one : other).append([entry(`${n % 20}.json`, n + 1)]),
      ),
    );
    expect((await entries()).size).toBe(20);
  });

  it('with a torn line in the middle lacks that one alone', async () => {
    const index = new ReportIndex(directory);
    await index.append([entry('a.json')]);
    await appendFile(join(directory, INDEX_FILE), JSON.stringify(entry('b.json')).slice(0, 60));
    await index.append([entry('c.json')]);
    const found = await entries();
    expect(found.get('a.json')).toBeDefined();
    expect(found.get('b.json')).toBeUndefined();
    expect(found.get('c.json')).toBeDefined();
  });

  it('of other things is passed over, endless lines too', async () => {
    await writeFile(
      join(directory, INDEX_FILE),
      `\0\0\n${'{"file":"'.repeat(100_000)}\n{"file":"x"\n[]\n${JSON.stringify(entry('a.json'))}\n`,
    );
    const found = await entries();
    expect([...found.values()].filter((each) => each !== undefined)).toEqual([entry('a.json')]);
  });

  it('that is longer than what is read at a time loses no line, and tells the newest first', async () => {
    const index = new ReportIndex(directory);
    const all = Array.from({ length: 3000 }, (_, n) => ({
      ...entry(`${n}.json`),
      guest: { name: 'ä'.repeat(1 + (n % 200)) },
    }));
    await index.append(all);
    const files: string[] = [];
    for await (const lines of newestLines(directory)) {
      files.push(...lines.map((line) => parseReportEntry(line)?.file ?? 'none'));
    }
    expect(files).toEqual(all.map(({ file }) => file).toReversed());
    expect((await entries()).get('17.json')).toEqual(all[17]);
    await index.rewrite(new Map(all.slice(1500).map(({ file }) => [file, {}])));
    expect(new Set((await entries()).keys())).toEqual(new Set(all.slice(1500).map(({ file }) => file)));
  });

  it('that is written anew has one line of each file, in the order in which they came, and not those that are gone', async () => {
    const index = new ReportIndex(directory);
    await index.append([entry('a.json'), entry('b.json'), entry('c.json')]);
    await index.append([entry('a.json', 2)]);
    await index.rewrite(new Map([...['a.json', 'c.json']].map((file) => [file, {}])));
    const lines = (await readFile(join(directory, INDEX_FILE), 'utf8')).split('\n').filter((line) => line);
    expect(lines.map((line) => parseReportEntry(line))).toEqual([entry('c.json'), entry('a.json', 2)]);
    expect(await readdir(directory)).toEqual([INDEX_FILE]);
  });
});
