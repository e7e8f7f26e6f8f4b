import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOCK, HANDOFF_STORE, type HeraldError, MIGRATION_EVENT_BUS } from '@nic-herald/core';
import { IsolatingEventBus, Scope } from '@nic-herald/core/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyOf, MAC, ManualClock, options, snapshotOf, web } from '../test/handoff-fixture.js';
import { DirectoryHandoff } from './directory-handoff.js';
import { directoryHandoff } from './directory-handoff-plugin.js';
import { entryName, temporaryName } from './entry-name.js';

let directory: string;
let clock: ManualClock;
let warnings: HeraldError[];
let open: DirectoryHandoff[];

const storeIn = (
  where: string,
  more: { maxFileBytes?: number; maxEntries?: number } = {},
): DirectoryHandoff => {
  const bus = new IsolatingEventBus();
  bus.on('warning', ({ warning }) => warnings.push(warning));
  const settings = { directory: where, maxFileBytes: 65_536, maxEntries: 100, pollMs: 250, ...more };
  const store = new DirectoryHandoff(settings, clock, bus);
  open.push(store);
  return store;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-handoff-'));
  clock = new ManualClock();
  warnings = [];
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((store) => store.close()));
  await rm(directory, { recursive: true, force: true });
});

/** Problems by host, codes only. */
const problemsOf = async (store: DirectoryHandoff, guest = web): Promise<Record<string, string>> => {
  const problems: Record<string, string> = {};
  for (const entry of await store.fetch(guest, options)) {
    if ('problem' in entry) {
      expect(entry.problem.message).toContain(directory);
      problems[entry.host] = entry.problem.code;
    }
  }
  return problems;
};

describe('the directory', () => {
  it('is never made', async () => {
    await expect(storeIn(join(directory, 'a')).start(options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_DIRECTORY',
      message: expect.stringContaining('ENOENT') as string,
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a file', (path) => writeFile(path, '')],
    ['below a file', async (path) => writeFile(join(path, '..', 'x'), '')],
    [
      'open to everybody',
      async (path) => {
        await mkdir(path);
        await chmod(path, 0o777);
      },
    ],
  ])('that is %s is refused', async (what, prepare) => {
    const path = join(directory, what === 'below a file' ? 'x/y' : 'x');
    await prepare(what === 'below a file' ? join(directory, 'z') : path);
    await expect(storeIn(path).start(options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_DIRECTORY',
      message: expect.stringContaining(path) as string,
    });
  });

  it('that vanished is an error of every call, and none of the watch', async () => {
    const store = storeIn(join(directory, 'gone'));
    await expect(store.fetch(web, options)).rejects.toMatchObject({ code: 'HERALD_HANDOFF_DIRECTORY' });
    await expect(store.ownersOf([MAC], options)).rejects.toMatchObject({ code: 'HERALD_HANDOFF_DIRECTORY' });
    await expect(store.remove(web, 'a', options)).rejects.toMatchObject({ code: 'HERALD_HANDOFF_DIRECTORY' });
    await expect(store.publish(snapshotOf(web, 'a'), options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_WRITE',
      message: expect.stringContaining('ENOENT') as string,
    });
    store.watch(web, () => undefined)();
  });
});

describe('a problem of one file hides no other', () => {
  const good = JSON.stringify(snapshotOf(web, 'bad'));
  it.each<[string, string, (file: string) => Promise<unknown>]>([
    ['empty', 'HERALD_HANDOFF_UNREADABLE', (file) => writeFile(file, '')],
    ['no JSON', 'HERALD_HANDOFF_UNREADABLE', (file) => writeFile(file, '{"format":')],
    ['no UTF-8', 'HERALD_HANDOFF_UNREADABLE', (file) => writeFile(file, Uint8Array.of(0x22, 0xff, 0x22))],
    ['a directory', 'HERALD_HANDOFF_UNREADABLE', (file) => mkdir(file)],
    [
      'a symbolic link to a good one',
      'HERALD_HANDOFF_UNREADABLE',
      async (file) => {
        await writeFile(join(directory, 'elsewhere'), good);
        await symlink(join(directory, 'elsewhere'), file);
      },
    ],
    [
      'a pipe that nobody writes to',
      'HERALD_HANDOFF_UNREADABLE',
      async (file) => execFileSync('/usr/bin/env', ['mkfifo', file]),
    ],
    ['too large', 'HERALD_HANDOFF_TOO_LARGE', (file) => writeFile(file, ' '.repeat(65_537))],
    [
      'sparse and huge',
      'HERALD_HANDOFF_TOO_LARGE',
      async (file) => {
        await writeFile(file, '');
        await truncate(file, 2 ** 40);
      },
    ],
    [
      'another guest',
      'HERALD_HANDOFF_MISMATCH',
      (file) => writeFile(file, JSON.stringify(snapshotOf(keyOf('name:other'), 'bad'))),
    ],
    [
      'another host',
      'HERALD_HANDOFF_MISMATCH',
      (file) => writeFile(file, JSON.stringify(snapshotOf(web, 'good'))),
    ],
    ['of a later version', 'HERALD_SNAPSHOT_NEWER', (file) => writeFile(file, '{"format":2}')],
    ['no snapshot', 'HERALD_SNAPSHOT_INVALID', (file) => writeFile(file, '{"format":1}')],
    ['null', 'HERALD_SNAPSHOT_INVALID', (file) => writeFile(file, 'null')],
    [
      'nested deeper than a stack takes',
      'HERALD_SNAPSHOT_INVALID',
      (file) => writeFile(file, '['.repeat(30_000) + ']'.repeat(30_000)),
    ],
    [
      'with a state nested 6000 deep',
      'HERALD_SNAPSHOT_INVALID',
      (file) => writeFile(file, good.replace('[10]', '['.repeat(6000) + ']'.repeat(6000))),
    ],
  ])('%s', async (_, code, spoil) => {
    const store = storeIn(directory);
    await store.publish(snapshotOf(web, 'good'), options);
    await spoil(join(directory, entryName(web, 'bad')));
    expect(await problemsOf(store)).toEqual({ bad: code });
    expect(await store.fetch(web, options)).toContainEqual(
      expect.objectContaining({
        host: 'good',
        snapshot: snapshotOf(web, 'good'),
      }),
    );

    expect((await store.ownersOf([MAC], options)).map(({ host }) => host)).toEqual(['good']);
    await store.ownersOf([MAC], options);
    expect(warnings.map((warning) => warning.code)).toEqual([code]); // told once, while the file stays as it is
  });

  it('one torn at any byte', async () => {
    const store = storeIn(directory);
    const whole = new TextEncoder().encode(good);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(join(directory, entryName(web, 'bad')), whole.subarray(0, length));
      expect(await problemsOf(store)).toEqual({ bad: 'HERALD_HANDOFF_UNREADABLE' });
    }
  });

  it('nested too deep: says which file, how deep it may be, and what to do', async () => {
    const store = storeIn(directory);
    const file = join(directory, entryName(web, 'bad'));
    await writeFile(file, good.replace('[10]', '['.repeat(62) + ']'.repeat(62)));
    expect(await store.fetch(web, options)).toMatchObject([
      {
        host: 'bad',
        problem: {
          code: 'HERALD_SNAPSHOT_INVALID',
          message: expect.stringMatching(/bad\.json: .*nested more than 64 deep.*remove the file/) as string,
          details: { file, maxDepth: 64 },
        },
      },
    ]);
  });

  it('more than are looked at: a warning when it begins, when it comes back, and every ten minutes', async () => {
    const store = storeIn(directory, { maxEntries: 2 });
    const told = (): number => warnings.filter(({ code }) => code === 'HERALD_HANDOFF_TOO_MANY').length;
    for (const host of ['a', 'b', 'c']) await store.publish(snapshotOf(web, host), options);
    expect(await store.ownersOf([MAC], options)).toHaveLength(2);
    expect(await store.fetch(web, options)).toHaveLength(2);
    expect(told()).toBe(1);
    clock.passed = 600_000;
    clock.ahead = 600_000;
    await store.ownersOf([MAC], options);
    await store.fetch(web, options);
    expect(told()).toBe(2);
    await store.fetch(keyOf('name:db'), options); // few of one guest are not few
    await store.ownersOf([MAC], options);
    expect(told()).toBe(2);
    await store.remove(web, 'c', options);
    await store.ownersOf([MAC], options);
    await store.publish(snapshotOf(web, 'c'), options);
    await store.ownersOf([MAC], options);
    expect(told()).toBe(3);
  });
});

describe('publishing', () => {
  it('what is too large is refused, and the old entry stands', async () => {
    const store = storeIn(directory);
    await store.publish(snapshotOf(web, 'a', 1), options);
    await expect(store.publish(snapshotOf(web, 'a', 2, 2000), options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_TOO_LARGE',
    });
    expect(await store.fetch(web, options)).toMatchObject([{ host: 'a', snapshot: snapshotOf(web, 'a', 1) }]);
  });

  it('what no host would read is refused, and the old entry stands', async () => {
    const store = storeIn(directory);
    const old = snapshotOf(web, 'a', 1);
    await store.publish(old, options);
    for (const depth of [62, 6000, 100_000]) {
      const state: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
      const deep = { ...old, nics: old.nics.map((nic) => ({ ...nic, state })) };
      await expect(store.publish(deep, options)).rejects.toMatchObject({ code: 'HERALD_SNAPSHOT_INVALID' });
    }
    expect(await store.fetch(web, options)).toMatchObject([{ host: 'a', snapshot: old }]);
  });

  it('tells how long ago it was, whatever the clocks', async () => {
    const store = storeIn(directory);
    await store.publish(snapshotOf(web, 'a', 1), options);
    const storedAt = async (time: number): Promise<number | undefined> => {
      await utimes(join(directory, entryName(web, 'a')), time / 1000, time / 1000);
      const [entry] = await store.fetch(web, options);
      return entry !== undefined && 'snapshot' in entry ? entry.ageMs : undefined;
    };
    const day = 86_400_000;
    expect(await storedAt(Date.now() - 2 * day)).toBeGreaterThan(2 * day - 1000);
    expect(await storedAt(Date.now() + day)).toBe(0);
  });

  it('what was aborted leaves the old entry and nothing else', async () => {
    const store = storeIn(directory);
    await store.publish(snapshotOf(web, 'a', 1), options);
    const aborter = new AbortController();
    const publishing = store.publish(snapshotOf(web, 'a', 2), { signal: aborter.signal });
    aborter.abort();
    await expect(publishing).rejects.toThrow(/abort/);
    await store.close();
    expect(await readdir(directory)).toEqual([entryName(web, 'a')]);
    expect(await store.fetch(web, options)).toMatchObject([{ host: 'a', snapshot: snapshotOf(web, 'a', 1) }]);
  });

  it('a file for its owner alone, and no other file', async () => {
    const store = storeIn(directory);
    await store.publish(snapshotOf(web, 'a'), options);
    expect(await readdir(directory)).toEqual([entryName(web, 'a')]);
    expect((await stat(join(directory, entryName(web, 'a')))).mode & 0o777).toBe(0o600);
  });

  it('in a burst ends with the last', async () => {
    const store = storeIn(directory);
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.publish(snapshotOf(web, 'a', n), options)));
    expect(await store.ownersOf([MAC], options)).toMatchObject([{ epoch: 19 }]);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('replaces a symbolic link instead of writing through it', async () => {
    const victim = join(directory, 'victim');
    await writeFile(victim, 'untouched');
    await symlink(victim, join(directory, entryName(web, 'a')));
    await storeIn(directory).publish(snapshotOf(web, 'a'), options);
    expect(await readFile(victim, 'utf8')).toBe('untouched');
  });

  it('keeps hosts apart, and guests whose names are paths', async () => {
    const store = storeIn(directory);
    const evil = keyOf('name:../../../etc/cron.d/x');
    await store.publish(snapshotOf(evil, '../b'), options);
    await store.publish(snapshotOf(web, 'a'), options);
    await store.publish(snapshotOf(web, 'b', 2), options);
    expect(await store.fetch(evil, options)).toMatchObject([
      { host: '../b', snapshot: snapshotOf(evil, '../b') },
    ]);
    expect(await store.fetch(web, options)).toHaveLength(2);
    expect(await readdir(directory)).toHaveLength(3);
  });
});

describe('what a writer that died left behind', () => {
  const whole = new TextEncoder().encode(JSON.stringify(snapshotOf(web, 'a', 2)));

  it('is never read, whatever byte it died at, and goes with the next write of its host', async () => {
    const store = storeIn(directory);
    await store.publish(snapshotOf(web, 'a', 1), options);
    for (let length = 0; length <= whole.length; length += 1) {
      const left = join(directory, temporaryName('a', '1-dead', length));
      await writeFile(left, whole.subarray(0, length));
      await utimes(left, 1, 1);
    }
    await writeFile(join(directory, temporaryName('b', '1-alive', 1)), whole);
    expect(await store.fetch(web, options)).toMatchObject([{ host: 'a', snapshot: snapshotOf(web, 'a', 1) }]);
    expect(await store.ownersOf([MAC], options)).toMatchObject([{ epoch: 1 }]);

    const restarted = storeIn(directory);
    await restarted.publish(snapshotOf(web, 'a', 3), options);
    expect((await readdir(directory)).toSorted()).toEqual([
      temporaryName('b', '1-alive', 1),
      entryName(web, 'a'),
    ]);
    expect(warnings).toEqual([]);
  });
});

it('ownersOf tells what is new, changed and removed', async () => {
  const store = storeIn(directory);
  const other = storeIn(directory);
  const db = keyOf('name:db');
  expect(await store.ownersOf([MAC], options)).toEqual([]);
  await other.publish(snapshotOf(web, 'a', 1), options);
  await other.publish(snapshotOf(db, 'b', 5), options);
  expect((await store.ownersOf([MAC], options)).map(({ host, epoch }) => [host, epoch])).toEqual([
    ['b', 5],
    ['a', 1],
  ]);
  await other.publish(snapshotOf(web, 'a', 2), options);
  await other.remove(db, 'b', options);
  await other.remove(db, 'b', options);
  expect(await store.ownersOf([MAC], options)).toEqual([
    { guest: web, host: 'a', epoch: 2, primaryMacs: ['52:54:00:00:00:01'] },
  ]);
});

describe('the plugin', () => {
  it.each([
    [{ directory: '' }],
    [{ directory: 'a\0b' }],
    [{ directory: 'a', maxFileBytes: 10 }],
    [{ directory: 'a', maxEntries: 0 }],
    [{ directory: 'a', pollMs: 1.5 }],
    [{ directory: 'a', pollMs: Number.NaN }],
  ])('refuses %j', (wrong) => {
    expect(() => directoryHandoff(wrong)).toThrow(
      expect.objectContaining({ code: 'HERALD_HANDOFF_OPTION' }) as Error,
    );
  });

  it('provides the store', async () => {
    const scope = new Scope();
    scope.register(CLOCK, { value: clock }).register(MIGRATION_EVENT_BUS, { value: new IsolatingEventBus() });
    directoryHandoff({ directory }).install({
      provide: (of, provider) => void scope.register(of, provider),
      contribute: (of, provider) => void scope.register(of, provider),
    });
    const [store] = scope.all(HANDOFF_STORE);
    await store?.publish(snapshotOf(web, 'a'), options);
    expect(await store?.fetch(web, options)).toHaveLength(1);
  });
});
