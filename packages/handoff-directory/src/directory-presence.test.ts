import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeraldError } from '@nic-herald/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../test/handoff-fixture.js';
import type { WantedDirectory } from './directory-fault.js';
import { DirectoryPresence } from './directory-presence.js';

const OWN = process.geteuid?.() ?? 0;

let folder: string;
let path: string;
let clock: ManualClock;
let told: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handoff-presence-'));
  path = join(folder, 'handoff');
  await mkdir(path);
  clock = new ManualClock();
  told = [];
});
afterEach(() => rm(folder, { recursive: true }));

const presenceOf = (wanted: Partial<WantedDirectory> = {}): DirectoryPresence =>
  new DirectoryPresence({ path, requireMount: false, uid: OWN, ...wanted }, clock, ({ code }: HeraldError) =>
    told.push(code),
  );

describe('a hand-off directory at the start', () => {
  it.each<[string, Partial<WantedDirectory>, RegExp]>([
    ['missing', { path: '/nowhere/at/all' }, /ENOENT/],
    ["another user's", { uid: OWN + 1, path: '' }, /belongs to user|ENOENT/],
    ['on no mount where one is wanted', { path: '/usr', uid: 0, requireMount: true }, /nothing is mounted/],
  ])('is refused: %s', async (_, wanted, why) => {
    await expect(presenceOf(wanted).begin()).rejects.toThrow(why);
  });

  it.skipIf(process.platform !== 'linux')('may be required to lie on a mount', async () => {
    const presence = presenceOf({ path: '/dev/shm', requireMount: true });
    await expect(presence.begin()).rejects.toThrow('everybody can write to it'); // and it is a mount
  });

  it('may be root’s', async () => {
    const presence = presenceOf({ path: '/usr', uid: OWN });
    const starting = presence.begin();
    if (OWN === 0) await expect(starting).resolves.toBeUndefined();
    else await expect(starting).rejects.toThrow('EACCES'); // not for whose it is
    presence.close();
  });
});

describe('a hand-off directory that goes away', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['and nothing is there', () => Promise.resolve()],
    ['and a file is in its place', () => writeFile(path, '')],
  ])('is told of, and used by nobody until it is back: %s', async (_, meanwhile) => {
    const presence = presenceOf();
    let backs = 0;
    presence.onBack(() => {
      backs += 1;
    });
    await presence.begin();
    await presence.check();
    await rename(path, join(folder, 'away'));
    await meanwhile();
    clock.fire();
    await expect.poll(() => told).toEqual(['HERALD_HANDOFF_GONE']);
    await expect(presence.check()).rejects.toMatchObject({ code: 'HERALD_HANDOFF_GONE' });
    await rm(path, { force: true });
    await rename(join(folder, 'away'), path);
    await presence.check();
    expect(told).toEqual(['HERALD_HANDOFF_GONE', 'HERALD_HANDOFF_BACK']);
    expect(backs).toBe(1);
    presence.close();
  });
});
