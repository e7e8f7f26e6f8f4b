import type { Guest, MigrationReport, SnapshotHead, Station } from '@nic-herald/core';
import { announcementSeal } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { PlayedNotes } from '../test/played-notes.js';
import { beginWith, FIRST, SECOND, WINDOW_MS } from '../test/played-proof.js';
import { sealTokens } from './seal-tokens.js';

const HEAD: SnapshotHead = {
  guest: 'name:web' as SnapshotHead['guest'],
  host: 'A',
  epoch: 3,
  primaryMacs: [],
  writer: { agent: 'a-secret' },
};
const seal = announcementSeal(HEAD);
const GUEST = {} as Guest;
const tokensOf = (...stations: readonly Station[]) =>
  sealTokens(seal === undefined ? [] : stations.map((station) => seal.of(station)));

/** A guest whose STOP, 50 ms before its RESUME, was at a host with a clock that is ahead by so much. Both clocks go on together. */
const arrives = async (aheadMs: number, more: object = {}) => {
  const source = new FakeClock();
  source.step(aheadMs);
  const notes = new PlayedNotes(source);
  const { clock, over, ...rest } = beginWith(notes, { seal, ...more }, FIRST, SECOND);
  const pass = async (ms: number): Promise<void> => {
    await source.advance(ms);
    await clock.advance(ms);
  };
  const says = (kind: string, body: object) => notes.put(GUEST, { kind, body: { epoch: 3, ...body } });
  const stoppedAt = source.elapsed();
  await says('witness', { listens: true, seen: '', sinceStopMs: 0 });
  await says('busy', { busy: tokensOf(FIRST) });
  await pass(50);
  const resumedAt = clock.now();
  /** The announcement comes in at the source, which has a note of it so much later, and one more. */
  const heard = async (afterMs: number, ...stations: readonly Station[]): Promise<void> => {
    const heardMs = source.elapsed() - stoppedAt;
    for (const ms of [afterMs, 500]) {
      await pass(ms);
      const sinceStopMs = source.elapsed() - stoppedAt;
      await says('witness', { listens: true, seen: tokensOf(...stations), sinceStopMs, heardMs });
      await pass(0);
    }
  };
  rest.guest.fired();
  return {
    ...rest,
    clock,
    heard,
    over: (report: Partial<MigrationReport> = {}) => over({ resumedAt, firstFrameAt: resumedAt, ...report }),
    pass,
    source,
  };
};

describe('the times of GuestProof', () => {
  it.each<[string, number, (at: Awaited<ReturnType<typeof arrives>>) => void]>([
    ['both clocks are the same', 0, () => {}],
    ["the source's clock is minutes ahead", 180_000, () => {}],
    ["the source's clock is minutes behind", -400_000, () => {}],
    ["the source's clock is set forward meanwhile", 0, ({ source }) => source.step(60_000)],
    ["the source's clock is set back meanwhile", 0, ({ source }) => source.step(-60_000)],
    ["this host's clock is set forward meanwhile", 0, ({ clock }) => clock.step(60_000)],
    ["this host's clock is set back meanwhile", 0, ({ clock }) => clock.step(-60_000)],
  ])('count from STOP, of busy stations alone, where %s', async (_, aheadMs, sets) => {
    const at = await arrives(aheadMs);
    sets(at);
    await at.pass(10);
    at.port.arrives(FIRST);
    await at.pass(5);
    at.port.arrives(SECOND);
    const last = at.over();
    await at.heard(10);
    const section = await last;
    // the announcement left at RESUME, and was heard 15 ms later; the note was read as it was written
    expect(section?.stop).toEqual({ agoMs: 57.5, errorMs: 7.6 });
    const [first, second] = section?.nics[0]?.stations ?? [];
    expect(first).toMatchObject({ mac: FIRST.mac, firstFrameMs: 10, darkMs: 67.5 });
    expect(second).toMatchObject({ mac: SECOND.mac, firstFrameMs: 15 });
    expect(second).not.toHaveProperty('darkMs');
    expect(section?.lastDarkMs).toBe(67.5);
  });

  it.each<[string, object, Partial<MigrationReport>]>([
    ['is asked for', { cause: 'manual' }, {}],
    ['comes late', { cause: 'late' }, {}],
    ['is not sent', { mode: 'observe' }, {}],
    ['repeats another', {}, { retryOf: 'a' }],
    ['sent nothing', {}, { firstFrameAt: undefined as never }],
  ])('are not told where an announcement %s: the source heard another one', async (_, more, report) => {
    const { heard, over, pass, port } = await arrives(0, more);
    port.arrives(FIRST);
    port.arrives(SECOND);
    await heard(10);
    const last = over(report);
    await pass(WINDOW_MS);
    expect(await last).toMatchObject({ verdict: 'proved' });
    expect(await last).not.toHaveProperty('stop');
  });

  it('are waited for though all is proved: the first frame to a busy station, no longer than the window', async () => {
    const { heard, over, pass, port, reported } = await arrives(0);
    const last = over();
    await heard(0, FIRST, SECOND);
    await pass(3000);
    expect(reported.at(-1)).toMatchObject({ verdict: 'proved', isOpen: true });
    expect(reported.at(-1)).not.toHaveProperty('lastDarkMs');
    port.arrives(FIRST);
    await pass(1000);
    expect(await last).toMatchObject({ isOpen: false, lastDarkMs: 3550 });
    expect(port.isWatched).toBe(false);
  });

  it('are not waited for long where the source says nothing more', async () => {
    const { clock, over, pass, port } = await arrives(0);
    const last = over();
    port.arrives(FIRST);
    port.arrives(SECOND);
    await pass(1900);
    expect(port.isWatched).toBe(true);
    await pass(200);
    expect(await last).toMatchObject({ verdict: 'proved', isOpen: false });
    expect(await last).not.toHaveProperty('stop');
    expect(clock.pending).toBe(0);
  });
});
