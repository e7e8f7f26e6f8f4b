import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeraldError } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, options, snapshotOf, web } from '../test/handoff-fixture.js';
import type { Stamp } from './clock-difference.js';
import { DirectoryHandoff } from './directory-handoff.js';
import { entryName } from './entry-name.js';
import { StorageClock } from './storage-clock.js';

const MINUTE = 60_000;
const TEN_MINUTES = 10 * MINUTE;

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

describe("the storage's clock", () => {
  let told: number[];
  let storage: StorageClock;
  let probes: number;
  /** A probe that takes no time, of a storage that is ahead of this host by that much. */
  const probe = (difference: number) => async (): Promise<Stamp> => {
    probes += 1;
    const now = clock.now();
    return { before: now, stored: now + difference, after: now };
  };
  const ageOf = (ms: number): number => Math.round(storage.ageOf(clock.now() + ms) / 1000) * 1000;

  beforeEach(() => {
    told = [];
    probes = 0;
    storage = new StorageClock(clock, (difference) => told.push(difference));
  });

  it('is taken for this host’s where it cannot be measured, which is tried again later', async () => {
    await storage.refresh(() => Promise.reject(new Error('no room')));
    expect(ageOf(-5000)).toBe(5000);
    expect(ageOf(5000)).toBe(0);
    await storage.refresh(probe(-TEN_MINUTES));
    expect(probes).toBe(0);
    clock.passed = TEN_MINUTES;
    clock.ahead = TEN_MINUTES;
    await storage.refresh(probe(-TEN_MINUTES));
    expect(ageOf(-TEN_MINUTES - 5000)).toBe(5000);
  });

  it.each([
    ['behind', -TEN_MINUTES],
    ['ahead', TEN_MINUTES],
  ])('that is %s corrects the ages, and is told of', async (_, difference) => {
    await storage.refresh(probe(difference));
    expect(ageOf(difference - 5000)).toBe(5000);
    expect(ageOf(difference + 5000)).toBe(0);
    expect(told).toEqual([difference]);
  });

  it('is told of beyond two seconds, and at most every ten minutes', () => {
    const learn = (stored: number): void => storage.learn({ before: 0, stored, after: 0 });
    learn(2000);
    learn(-2000);
    expect(told).toEqual([]);
    learn(2001);
    learn(9000);
    learn(0);
    learn(-9000);
    expect(told).toEqual([2001]);
    clock.passed = TEN_MINUTES;
    learn(0);
    learn(-2001);
    learn(9000);
    expect(told).toEqual([2001, -2001]);
  });

  it('is measured by every write, as well as that allows', async () => {
    await storage.refresh(probe(0));
    const now = clock.now();
    storage.learn({ before: now - 30_000, stored: now - 30_000, after: now });
    expect(ageOf(-5000)).toBe(5000);
    storage.learn({ before: now, stored: now + MINUTE, after: now });
    expect(ageOf(MINUTE - 5000)).toBe(5000);
    expect(told).toEqual([MINUTE]);
  });

  it('is looked at again after ten minutes, by one probe', async () => {
    await storage.refresh(probe(0));
    await storage.refresh(probe(0));
    expect(probes).toBe(1);
    clock.passed = TEN_MINUTES;
    clock.ahead = TEN_MINUTES;
    await Promise.all([storage.refresh(probe(MINUTE)), storage.refresh(probe(MINUTE))]);
    expect(probes).toBe(2);
    expect(ageOf(MINUTE - 5000)).toBe(5000);
  });

  it('is looked at again at once where this host’s was set', async () => {
    await storage.refresh(probe(0));
    clock.ahead = TEN_MINUTES; // and no time passed
    await storage.refresh(probe(-TEN_MINUTES));
    expect(ageOf(-TEN_MINUTES - 5000)).toBe(5000);
    clock.ahead = 0;
    await storage.refresh(() => Promise.reject(new Error('no room')));
    await storage.refresh(probe(0));
    expect(probes).toBe(2); // what failed is not tried at every read
  });

  it('forgets what it knew when this host’s was set, however slow the probe', async () => {
    await storage.refresh(probe(-MINUTE));
    clock.ahead = -MINUTE; // set to the storage's
    await storage.refresh(async () => {
      const now = clock.now();
      return { before: now - 2 * MINUTE, stored: now - 2 * MINUTE, after: now };
    });
    expect(ageOf(-5000)).toBe(5000);
  });

  it('forgets what it knew when this host’s was set, however slow the next write', async () => {
    await storage.refresh(probe(-TEN_MINUTES));
    clock.ahead = -TEN_MINUTES; // set to the storage's
    const now = clock.now();
    storage.learn({ before: now - 2 * TEN_MINUTES, stored: now, after: now });
    expect(ageOf(-5000)).toBe(5000);
  });
});

describe('a directory whose storage has another clock', () => {
  let directory: string;
  let warnings: HeraldError[];

  const storeHere = (): DirectoryHandoff => {
    const bus = new IsolatingEventBus();
    bus.on('warning', ({ warning }) => warnings.push(warning));
    const settings = { directory, maxFileBytes: 65_536, maxEntries: 100, pollMs: 250 };
    return new DirectoryHandoff(settings, clock, bus);
  };
  const ageSeenBy = async (store: DirectoryHandoff): Promise<number> => {
    const [entry] = await store.fetch(web, options);
    return entry !== undefined && 'snapshot' in entry ? (entry.ageMs ?? Number.NaN) : Number.NaN;
  };
  /** The entry was stored so long ago, by the storage's clock. */
  const storedAgo = async (ms: number): Promise<void> => {
    const at = (Date.now() - ms) / 1000;
    await utimes(join(directory, entryName(web, 'a')), at, at);
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'herald-handoff-'));
    warnings = [];
    await writeFile(join(directory, entryName(web, 'a')), JSON.stringify(snapshotOf(web, 'a')));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each([
    ['behind', TEN_MINUTES],
    ['ahead', -TEN_MINUTES],
  ])('%s: an agent that never wrote knows from its start how old an entry is', async (way, ahead) => {
    clock.ahead = ahead;
    const store = storeHere();
    await store.start(options);
    expect(await readdir(directory)).toEqual([entryName(web, 'a')]);
    await storedAgo(0);
    expect(await ageSeenBy(store)).toBeLessThan(MINUTE);
    await storedAgo(2 * TEN_MINUTES);
    expect(await ageSeenBy(store)).toBeGreaterThan(2 * TEN_MINUTES - MINUTE);
    expect(await ageSeenBy(store)).toBeLessThan(2 * TEN_MINUTES + MINUTE);
    expect(warnings).toMatchObject([
      {
        code: 'HERALD_HANDOFF_CLOCK',
        message: expect.stringMatching(
          `the clock of the storage of ${directory} is (600|599)\\.\\d s ${way === 'behind' ? 'behind' : 'ahead of'} this host's.*NTP`,
        ) as string,
        details: { directory },
      },
    ]);
  });

  it('is found by a write, when a clock was set after the start', async () => {
    const store = storeHere();
    await store.start(options);
    clock.ahead = TEN_MINUTES;
    await store.publish(snapshotOf(web, 'a'), options);
    expect(await ageSeenBy(store)).toBeLessThan(MINUTE);
    expect(warnings.map(({ code }) => code)).toEqual(['HERALD_HANDOFF_CLOCK']);
  });

  it('is found by a read, when a clock was set after the start', async () => {
    const store = storeHere();
    await store.start(options);
    clock.ahead = TEN_MINUTES;
    expect(await ageSeenBy(store)).toBeLessThan(MINUTE);
    expect(await readdir(directory)).toEqual([entryName(web, 'a')]);
  });

  it('is nothing to tell of where it has the same', async () => {
    const store = storeHere();
    await store.start(options);
    await store.publish(snapshotOf(web, 'a'), options);
    expect(warnings).toEqual([]);
  });
});
