import type { Guest, HandoffNote, SnapshotHead, Station } from '@nic-herald/core';
import { stationOf } from '@nic-herald/core';
import { announcementSeal, IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { PlayedNotes } from '../test/played-notes.js';
import type { SealedFrame } from './sealed-frames.js';
import { Witness } from './witness.js';
import { parseWitnessNote } from './witness-note.js';
import { WitnessWords } from './witness-words.js';

const MAC = MacAddress.of('52:54:00:00:00:01');
const UNTAGGED = stationOf(MAC);
const TAGGED = stationOf(MAC, VlanId.of(30));
const HEAD: SnapshotHead = {
  guest: 'name:web' as SnapshotHead['guest'],
  host: 'A',
  epoch: 3,
  primaryMacs: [MAC],
  writer: { agent: 'a-secret' },
};
const SEAL = announcementSeal(HEAD);
const WINDOW_MS = 60_000;
const guest = (instance = 'one'): Guest => ({ instance, identity: { name: 'web' } }) as Guest;

/** Time goes on while one works: each look at it takes a millisecond. */
class BusyClock extends FakeClock {
  private worked = 0;

  override elapsed(): number {
    this.worked += 1;
    return super.elapsed() + this.worked;
  }
}

const begin = async (clock = new FakeClock()) => {
  const bus = new IsolatingEventBus();
  const notes = new PlayedNotes();
  const heard: SealedFrame[] = [];
  let isOpen = false;
  const uplinks = { follow: () => Promise.resolve(1) };
  let taken = 0;
  const watch = {
    follow: () => uplinks.follow(),
    take: () => {
      taken += heard.length;
      return heard.splice(0);
    },
    close: () => {
      isOpen = false;
    },
  };
  const sight = () => {
    isOpen = true;
    return watch;
  };
  const witness = new Witness({ bus }, notes, sight, clock, WINDOW_MS);
  await witness.start();
  const words = new WitnessWords(guest(), SEAL, notes, clock);
  words.watch(() => {});
  const comesIn = (station: Station, of: Station = station, seal = SEAL, ageMs = 0): void => {
    if (seal !== undefined) heard.push({ station, seal: seal.of(of), ageMs });
  };
  const leaves = (): void => {
    bus.emit('snapshot:published', { guest: guest(), head: HEAD, store: 'directory' });
    bus.emit('migration:outgoing', { guest: guest() });
  };
  return {
    bus,
    clock,
    comesIn,
    isOpen: () => isOpen,
    leaves,
    notes,
    taken: () => taken,
    uplinks,
    witness,
    words,
  };
};

describe('Witness', () => {
  it('listens only while a guest leaves, and for a while afterwards', async () => {
    const { bus, clock, isOpen, leaves } = await begin();
    expect(isOpen()).toBe(false);
    leaves();
    expect(isOpen()).toBe(true);
    await clock.advance(10 * WINDOW_MS); // a long migration
    expect(isOpen()).toBe(true);
    bus.emit('guest:stopped', { guest: guest() });
    await clock.advance(WINDOW_MS - 1);
    expect(isOpen()).toBe(true);
    await clock.advance(200);
    expect(isOpen()).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['the migration fails', 'migration:failed', { side: 'source', status: 'cancelled' }],
    ['the guest goes on here', 'guest:resumed', { resumedAt: 1, readAt: 1 }],
  ] as const)('ends where %s', async (_, event, more) => {
    const { bus, clock, isOpen, leaves } = await begin();
    leaves();
    bus.emit(event, { guest: guest(), ...more });
    expect(isOpen()).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('says that it listens, and which announcements came in', async () => {
    const { bus, clock, comesIn, leaves, words } = await begin();
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'silent' });
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    await clock.advance(10);
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'unseen' });
    comesIn(UNTAGGED);
    await clock.advance(1000);
    expect(words.of(UNTAGGED)).toEqual({ value: 'yes' });
    expect(words.of(TAGGED)).toEqual({ value: 'cannot-tell', reason: 'unseen' });
    comesIn(TAGGED);
    await clock.advance(1000);
    expect(words.of(TAGGED)).toEqual({ value: 'yes' });
  });

  it('knows an untagged station whose port puts it into a VLAN', async () => {
    const { bus, clock, comesIn, leaves, words } = await begin();
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    comesIn(stationOf(MAC, VlanId.of(10)), UNTAGGED);
    await clock.advance(1000);
    expect(words.of(UNTAGGED)).toEqual({ value: 'yes' });
  });

  it.each([
    ['another agent', { ...HEAD, writer: { agent: 'guessed' } }],
    ['another move of the guest', { ...HEAD, epoch: 2 }],
    ['another guest', { ...HEAD, guest: 'name:db' as SnapshotHead['guest'] }],
  ])('takes nothing for proof that has the seal of %s', async (_, head) => {
    const { bus, clock, comesIn, leaves, words } = await begin();
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    comesIn(UNTAGGED, UNTAGGED, announcementSeal(head));
    comesIn(UNTAGGED, TAGGED); // what was heard of another station
    await clock.advance(1000);
    expect(words.of(UNTAGGED).value).toBe('cannot-tell');
  });

  it('leaves few notes, however often it comes in and whatever is sent', async () => {
    const { bus, clock, comesIn, leaves, notes, words } = await begin();
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    const macs = Array.from({ length: 300 }, (_, index) =>
      MacAddress.of(
        `52:54:00:01:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
      ),
    );
    for (let time = 0; time < 50; time++) {
      for (const mac of macs) comesIn(stationOf(mac));
      comesIn(UNTAGGED, UNTAGGED, announcementSeal({ ...HEAD, epoch: time }));
      await clock.advance(100);
    }
    expect(notes.all.length).toBeLessThanOrEqual(8);
    expect(macs.every((mac) => words.of(stationOf(mac)).value === 'yes')).toBe(true);
    for (const note of notes.all) expect(JSON.stringify(note).length).toBeLessThan(1024);
  });

  it.each<[string, () => Promise<number>]>([
    ['the system lets it hear nothing', () => Promise.reject(new Error('EPERM'))],
    ['there is no uplink', () => Promise.resolve(0)],
  ])('does not say that it listens where %s', async (_, follow) => {
    const { bus, clock, leaves, uplinks, words } = await begin();
    uplinks.follow = follow;
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    await clock.advance(1000);
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'silent' });
  });

  it('holds up no other work, whatever is sent: it judges for a while, and takes no more until it has', async () => {
    const { bus, clock, comesIn, leaves, taken, words } = await begin(new BusyClock());
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    const flood = announcementSeal({ ...HEAD, epoch: 99 });
    comesIn(UNTAGGED);
    for (let frame = 1; frame < 100; frame++) comesIn(UNTAGGED, UNTAGGED, flood);
    await clock.advance(100);
    expect(taken()).toBe(100);
    comesIn(TAGGED);
    await clock.advance(500);
    expect(taken()).toBe(100);
    await clock.advance(10_000);
    expect(taken()).toBe(101);
    expect([UNTAGGED, TAGGED].map((station) => words.of(station).value)).toEqual(['yes', 'yes']);
  });

  it('tells how long ago the guest stopped, and when the first of its announcement came in: not when it was looked', async () => {
    const { bus, clock, comesIn, leaves, notes } = await begin();
    leaves();
    await clock.advance(150);
    bus.emit('guest:stopped', { guest: guest(), stoppedAt: clock.now() - 20 });
    await clock.advance(0);
    comesIn(TAGGED, TAGGED, SEAL, 30);
    comesIn(UNTAGGED, UNTAGGED, SEAL, 40);
    comesIn(UNTAGGED, UNTAGGED, announcementSeal({ ...HEAD, epoch: 2 }), 90); // of another move
    clock.step(-3_600_000); // this is nothing to it
    await clock.advance(50); // the next look
    await clock.advance(1000);
    comesIn(UNTAGGED);
    await clock.advance(1000);
    expect(notes.all.map(({ body }) => body)).toMatchObject([
      { sinceStopMs: 20 },
      { sinceStopMs: 70, heardMs: 30 },
      { sinceStopMs: 570, heardMs: 30, seen: '' }, // once more when there is less to do
    ]);
    expect(notes.all[0]?.body).not.toHaveProperty('heardMs');
  });

  it('knows when a guest was stopped of which it is told afterwards that it leaves', async () => {
    const { bus, clock, comesIn, leaves, notes } = await begin();
    bus.emit('guest:stopped', { guest: guest(), stoppedAt: clock.now() - 20 });
    await clock.advance(10);
    leaves();
    bus.emit('migration:completed', { guest: guest(), side: 'source' });
    await clock.advance(0);
    comesIn(UNTAGGED);
    await clock.advance(100);
    expect(notes.all.map(({ body }) => body)).toMatchObject([{ sinceStopMs: 30 }, { heardMs: 130 }]);
  });

  it('does not take an earlier stop for that of the move', async () => {
    const { bus, clock, leaves, notes } = await begin();
    bus.emit('guest:stopped', { guest: guest(), stoppedAt: clock.now() });
    bus.emit('guest:resumed', { guest: guest(), resumedAt: 1, readAt: 1 });
    leaves();
    bus.emit('migration:completed', { guest: guest(), side: 'source' });
    await clock.advance(1000);
    expect(notes.all).toHaveLength(1);
    expect(notes.all[0]?.body).not.toHaveProperty('sinceStopMs');
  });

  it.each([
    ['no stamp', undefined],
    ['a stamp of tomorrow', 86_400_000],
    ['a stamp of yesterday', -86_400_000],
  ])('does not tell when the guest stopped where there is %s of it', async (_, byMs) => {
    const { bus, clock, comesIn, leaves, notes } = await begin();
    leaves();
    const stamp = byMs === undefined ? {} : { stoppedAt: clock.now() + byMs };
    bus.emit('guest:stopped', { guest: guest(), ...stamp });
    comesIn(UNTAGGED);
    await clock.advance(1000);
    expect(notes.all).toHaveLength(2);
    for (const { body } of notes.all)
      expect(Object.keys(body as object)).toEqual(['epoch', 'listens', 'seen']);
  });

  it('is no witness where no store has room for notes', async () => {
    const { bus, clock, leaves, notes, words } = await begin();
    notes.hasRoom = false;
    leaves();
    bus.emit('guest:stopped', { guest: guest() });
    await words.read();
    await clock.advance(1000);
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'unavailable' });
  });
});

describe('WitnessWords', () => {
  it.each<[string, unknown]>([
    ['of another kind', { kind: 'seen', body: { epoch: 1, listens: true, seen: '' } }],
    ['without a word', { kind: 'witness', body: {} }],
    ['of less than no time', { kind: 'witness', body: { epoch: 1, listens: true, seen: '', heardMs: -1 } }],
    [
      'of more time than any move takes',
      { kind: 'witness', body: { epoch: 1, listens: true, seen: '', sinceStopMs: 1e300 } },
    ],
    ['of no move', { kind: 'witness', body: { epoch: 0.5, listens: true, seen: '' } }],
    ['that is too long', { kind: 'witness', body: { epoch: 1, listens: true, seen: 'x'.repeat(1000) } }],
  ])('passes over a note %s', (_, note) => {
    expect(parseWitnessNote(note as HandoffNote)).toBeUndefined();
  });

  it('takes no other host at its word', async () => {
    const notes = new PlayedNotes();
    const words = new WitnessWords(guest(), announcementSeal({ ...HEAD, host: 'C' }), notes, new FakeClock());
    await notes.put(guest(), { kind: 'witness', body: { epoch: 3, listens: true, seen: '' } });
    await words.read();
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'silent' });
  });

  it('takes no word of another move', async () => {
    const notes = new PlayedNotes();
    const words = new WitnessWords(guest(), SEAL, notes, new FakeClock());
    const body = { epoch: 2, listens: true, seen: '', sinceStopMs: 1, heardMs: 2 };
    await notes.put(guest(), { kind: 'witness', body });
    await words.read();
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'silent' });
    expect(words.times).toBeUndefined();
  });

  it('takes the tightest of what it read of STOP, and waits for what is said of it once there is less to do', async () => {
    const clock = new FakeClock();
    const notes = new PlayedNotes();
    const words = new WitnessWords(guest(), SEAL, notes, clock);
    const readAfter = async (delayMs: number, sinceStopMs: number) => {
      const body = { epoch: 3, listens: true, seen: '', sinceStopMs, heardMs: 60 };
      await notes.put(guest(), { kind: 'witness', body });
      await clock.advance(delayMs);
      await words.read();
      return { ...words.times, mayTellMore: words.mayTellTimes };
    };
    // STOP was at 0; the first note is written 10 ms after it
    await clock.advance(10);
    expect(await readAfter(50, 10)).toEqual({ heardMs: 60, stoppedBy: 50, mayTellMore: true });
    expect(await readAfter(90, 60)).toEqual({ heardMs: 60, stoppedBy: 50, mayTellMore: true });
    await clock.advance(410);
    expect(await readAfter(5, 560)).toEqual({ heardMs: 60, stoppedBy: 5, mayTellMore: false });
    await clock.advance(1000);
    await words.read();
    expect(words.times?.stoppedBy).toBe(5);
  });

  it('makes the seal of a station once, however often it is asked', async () => {
    const notes = new PlayedNotes();
    const made: Station[] = [];
    const seal = SEAL && {
      ...SEAL,
      of: (station: Station) => {
        made.push(station);
        return SEAL.of(station);
      },
    };
    const words = new WitnessWords(guest(), seal, notes, new FakeClock());
    await notes.put(guest(), { kind: 'witness', body: { epoch: 3, listens: true, seen: 'abcd' } });
    await words.read();
    for (let time = 0; time < 10; time++) expect(words.of(UNTAGGED).value).toBe('cannot-tell');
    expect(made).toEqual([UNTAGGED]);
  });

  it('asks no host where it is not known where the guest came from', async () => {
    const words = new WitnessWords(guest(), undefined, new PlayedNotes(), new FakeClock());
    await words.read();
    expect(words.of(UNTAGGED)).toEqual({ value: 'cannot-tell', reason: 'no-source' });
  });
});
