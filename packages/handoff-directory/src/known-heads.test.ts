import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HandoffEntry, HeraldError } from '@nic-herald/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { snapshotOf, web } from '../test/handoff-fixture.js';
import { entryName } from './entry-name.js';
import { KnownHeads } from './known-heads.js';

const name = entryName(web, 'a');
const good: HandoffEntry = { host: 'a', snapshot: snapshotOf(web, 'a') };
const bad = (details: Record<string, string>): HandoffEntry => ({
  host: 'a',
  problem: new HeraldError('HERALD_HANDOFF_UNREADABLE', 'bad', { details }),
});

let directory: string;
let reads: number;
let told: HeraldError[];
let answer: HandoffEntry;
let heads: KnownHeads;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-heads-'));
  await writeFile(join(directory, name), 'x');
  reads = 0;
  told = [];
  const read = async (): Promise<HandoffEntry> => {
    reads += 1;
    return answer;
  };
  heads = new KnownHeads(directory, read, (problem) => told.push(problem));
});
afterEach(() => rm(directory, { recursive: true }));

it('reads a file once while it stays as it is', async () => {
  answer = good;
  expect(await heads.of([name])).toHaveLength(1);
  expect(await heads.of([name])).toHaveLength(1);
  expect(reads).toBe(1);
});

it('does not read again what is no snapshot, and tells of it once', async () => {
  answer = bad({});
  for (let times = 0; times < 3; times += 1) expect(await heads.of([name])).toEqual([]);
  expect([reads, told.length]).toEqual([1, 1]);
  await writeFile(join(directory, name), 'other');
  await heads.of([name]);
  expect([reads, told.length]).toEqual([2, 2]);
});

it('reads again what the system would not give, and tells of it once', async () => {
  answer = bad({ errno: 'EMFILE' });
  for (let times = 0; times < 3; times += 1) expect(await heads.of([name])).toEqual([]);
  expect([reads, told.length]).toEqual([3, 1]);
  answer = good;
  expect(await heads.of([name])).toHaveLength(1);
});

it('forgets what was removed', async () => {
  answer = good;
  await heads.of([name]);
  await rm(join(directory, name));
  expect(await heads.of([name])).toEqual([]);
});

it('keeps what it knows of others where it is asked about some', async () => {
  answer = good;
  const other = entryName(web, 'b');
  await writeFile(join(directory, other), 'x');
  await heads.of([name, other]);
  expect(await heads.of([other], false)).toHaveLength(1);
  await heads.of([name, other]);
  expect(reads).toBe(2);
});
