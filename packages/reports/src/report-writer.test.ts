import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { FakeClock, sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listReports } from './list-reports.js';
import { MAX_WAITING, MAX_WAITING_BYTES, type ReportNotice, ReportWriter } from './report-writer.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return { ...real, link: vi.fn(real.link), writeFile: vi.fn(real.writeFile) };
});

let directory: string;
let clock: FakeClock;
let told: ReportNotice[];
let writer: ReportWriter;
beforeEach(async () => {
  directory = await files.mkdtemp(join(tmpdir(), 'nic-herald-writer-'));
  clock = new FakeClock();
  told = [];
  writer = new ReportWriter(directory, clock, (notice) => void told.push(notice));
});
afterEach(async () => {
  vi.mocked(files.writeFile).mockReset();
  vi.mocked(files.link).mockReset();
  const closed = writer.close(0);
  await clock.advance(0);
  await closed;
  await files.rm(directory, { recursive: true, force: true });
});

const report = (epoch: number, over: Partial<MigrationReport> = {}): MigrationReport =>
  sampleReport({ guest: { name: 'web' }, epoch, id: `id-${epoch}`, ...over });
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const fails = (code: string): void => void vi.mocked(files.writeFile).mockImplementation(failing(code));
const works = (): void => void vi.mocked(files.writeFile).mockReset();
const kinds = () => told.map(({ kind }) => kind);
const written = () => told.flatMap((notice) => (notice.kind === 'written' ? [notice.entry] : []));
/** Adds a report and lets it be tried. */
const add = async (...reports: readonly MigrationReport[]): Promise<void> => {
  for (const each of reports) writer.add(each, clock.now());
  await writer.settled();
};

describe.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'ENOENT', 'EIO', 'ENODEV', 'ESTALE'])(
  'where the directory says %s',
  (code) => {
    it('reports wait, are told of once, and are written in order when there is room', async () => {
      fails(code);
      await add(report(1), report(2));
      await clock.advance(60_000);
      await add(report(3));
      expect(kinds()).toEqual(['waiting']);
      expect(told[0]).toMatchObject({
        error: { code: 'HERALD_REPORT_DIRECTORY', message: expect.stringContaining(code) as string },
        waiting: 2,
      });
      expect(writer.counts()).toEqual({ written: 0, waiting: 3, lost: 0 });
      works();
      await clock.advance(30_000);
      expect(written().map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
      expect(told.at(-1)).toMatchObject({ kind: 'over', written: 3, lost: 0 });
      expect(writer.counts()).toEqual({ written: 3, waiting: 0, lost: 0 });
      expect((await listReports(directory)).entries).toHaveLength(3);
    });
  },
);

describe('a report that waits', () => {
  it('is replaced by its later revision, in its place and by its time', async () => {
    fails('ENOSPC');
    await add(report(1), report(2));
    const at = clock.now();
    await clock.advance(60_000);
    await add(report(1, { revision: 2, sections: { note: 'late' } }));
    expect(writer.counts().waiting).toBe(2);
    works();
    await clock.advance(30_000);
    expect(written()).toMatchObject([
      { epoch: 1, revision: 2, at },
      { epoch: 2, revision: 1, at },
    ]);
  });

  it('is written under the name of its earlier revision where that was written before', async () => {
    await add(report(1));
    fails('ENOSPC');
    await add(report(1, { revision: 2 }));
    await add(report(1, { revision: 3 }));
    works();
    await clock.advance(30_000);
    const [first, last] = written();
    expect(last).toMatchObject({ revision: 3, file: first?.file });
    expect((await listReports(directory)).entries).toMatchObject([{ revision: 3 }]);
  });

  it('is lost, and said to be, where more wait than may: the oldest', async () => {
    fails('ENOSPC');
    await add(...Array.from({ length: MAX_WAITING + 2 }, (_, n) => report(n)));
    const lost = told.flatMap((notice) => (notice.kind === 'lost' ? [notice] : []));
    expect(lost.map(({ entry }) => entry.epoch).toSorted((a, b) => a - b)).toHaveLength(2);
    expect(lost[0]?.error).toMatchObject({
      code: 'HERALD_REPORT_LOST',
      message: expect.stringContaining('1000 reports or 16 MiB') as string,
    });
    expect(writer.counts()).toEqual({ written: 0, waiting: MAX_WAITING, lost: 2 });
    works();
    await clock.advance(30_000);
    await writer.settled();
    expect(writer.counts()).toEqual({ written: MAX_WAITING, waiting: 0, lost: 2 });
  });

  it('is lost where they take more memory than they may', async () => {
    fails('ENOSPC');
    const long = 'x'.repeat(MAX_WAITING_BYTES / 3);
    await add(...[1, 2, 3, 4].map((epoch) => report(epoch, { sections: { long } })));
    expect(writer.counts()).toMatchObject({ waiting: 2, lost: 2 });
  });
});

it.each([
  ['has a name that is too long', 'ENAMETOOLONG'],
  ['is too large', 'EFBIG'],
])('a report that %s is lost, and holds up no other', async (_, code) => {
  vi.mocked(files.writeFile).mockImplementationOnce(failing(code));
  await add(report(1), report(2));
  expect(kinds()).toEqual(['lost', 'written']);
  expect(told[0]).toMatchObject({ error: { code: 'HERALD_REPORT_LOST' }, entry: { epoch: 1 } });
});

it('a report of whose name there are a thousand is lost', async () => {
  vi.mocked(files.link).mockImplementation(failing('EEXIST'));
  await add(report(1));
  expect(kinds()).toEqual(['lost']);
});

it('a disk that hangs is told of, and that it does no more', async () => {
  let goOn: () => void = () => undefined;
  vi.mocked(files.writeFile).mockImplementationOnce(
    () =>
      new Promise<void>((resolve) => {
        goOn = resolve;
      }),
  );
  vi.mocked(files.link).mockImplementationOnce(() => Promise.resolve());
  writer.add(report(1), clock.now());
  await clock.advance(11_000);
  expect(told).toMatchObject([
    { kind: 'waiting', error: { message: expect.stringContaining('hangs') as string } },
  ]);
  writer.add(report(2), clock.now());
  goOn();
  await writer.settled();
  expect(kinds()).toEqual(['waiting', 'written', 'written', 'over']);
});

describe('at the end', () => {
  it('everything is written', async () => {
    for (let n = 0; n < 20; n++) writer.add(report(n), clock.now());
    const closed = writer.close(2000);
    expect(await closed).toEqual([]);
    expect(written()).toHaveLength(20);
  });

  it('what waits is tried once more, and written where there is room by now', async () => {
    fails('ENOSPC');
    await add(report(1), report(2));
    works();
    expect(await writer.close(2000)).toEqual([]);
    expect(told.at(-1)).toMatchObject({ kind: 'over', written: 2 });
  });

  it('what cannot be written is given back', async () => {
    fails('ENOSPC');
    await add(report(1), report(2));
    const left = await writer.close(2000);
    expect(left.map(({ entry }) => entry.epoch)).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('a disk that hangs is not waited for', async () => {
    vi.mocked(files.writeFile).mockImplementation(() => new Promise<void>(() => undefined));
    writer.add(report(1), clock.now());
    const closed = writer.close(2000);
    await clock.advance(2000);
    expect((await closed).map(({ entry }) => entry.epoch)).toEqual([1]);
  });
});

it('a report that comes after the end of an outage is written at once', async () => {
  fails('ENOSPC');
  await add(report(1));
  works();
  await clock.advance(1000);
  await add(report(2));
  expect(kinds()).toEqual(['waiting', 'written', 'over', 'written']);
});
