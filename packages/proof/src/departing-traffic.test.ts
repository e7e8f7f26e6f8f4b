import type { Guest, GuestInspection, HandoffNote, Port, SnapshotHead, Station } from '@nic-herald/core';
import { stationOf } from '@nic-herald/core';
import { announcementSeal, IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { PlayedNotes } from '../test/played-notes.js';
import { FIRST, PlayedPort, SECOND } from '../test/played-proof.js';
import { parseBusyNote } from './busy-note.js';
import { DepartingTraffic } from './departing-traffic.js';
import { sealTokens, tokensIn } from './seal-tokens.js';

const HEAD: SnapshotHead = {
  guest: 'name:web' as SnapshotHead['guest'],
  host: 'A',
  epoch: 3,
  primaryMacs: [],
  writer: { agent: 'a-secret' },
};
const SEAL = announcementSeal(HEAD);
const PORT: Port = { kind: 'tap', name: 'tap0', index: 1 };
const guest = (instance = 'one'): Guest => ({ instance, identity: { name: 'web' } }) as Guest;
const tokenOf = (station: Station) => sealTokens(SEAL === undefined ? [] : [SEAL.of(station)]);

const inspectionOf = (stations: readonly Station[]) =>
  ({
    nics: [
      // each is announced by several kinds
      {
        plan: {
          nic: { port: PORT },
          announcements: [...stations, ...stations].map((station) => ({ station })),
        },
      },
      { plan: { nic: {}, announcements: [] } },
    ],
  }) as unknown as GuestInspection;

const begin = async (stations: readonly Station[] = [FIRST, SECOND]) => {
  const bus = new IsolatingEventBus();
  const clock = new FakeClock();
  const notes = new PlayedNotes(clock);
  const port = new PlayedPort(clock);
  const inspected: string[] = [];
  const looked: { refusal?: Error } = {};
  const inspect = ({ instance }: Guest): Promise<GuestInspection> => {
    inspected.push(instance);
    return looked.refusal === undefined
      ? Promise.resolve(inspectionOf(stations))
      : Promise.reject(looked.refusal);
  };
  const traffic = new DepartingTraffic({ bus, inspect }, notes, port, clock);
  await traffic.start();
  const leaves = async (of = guest()): Promise<void> => {
    bus.emit('migration:outgoing', { guest: of });
    bus.emit('snapshot:published', { guest: of, head: HEAD, store: 'directory' });
    await clock.advance(0);
  };
  const stops = (of = guest()): void => bus.emit('guest:stopped', { guest: of });
  /** For so long each station is sent so many frames a second. */
  const send = async (forMs: number, perSecond: readonly (readonly [Station, number])[]): Promise<void> => {
    for (let at = 0; at < forMs; at += 10) {
      for (const [station, rate] of perSecond) {
        const due = (ms: number): number => Math.floor((ms * rate) / 1000);
        for (let sent = due(at); sent < due(at + 10); sent++) port.arrives(station);
      }
      await clock.advance(10);
    }
  };
  const busy = () =>
    notes.all.flatMap((note) => {
      const said = parseBusyNote(note);
      return said === undefined ? [] : tokensIn(said.busy);
    });
  return { bus, busy, clock, inspected, leaves, looked, notes, port, send, stops, traffic };
};

describe('DepartingTraffic', () => {
  it.each<[string, unknown]>([
    ['of another kind', { kind: 'witness', body: { epoch: 3, busy: '' } }],
    ['without a move', { kind: 'busy', body: { busy: '' } }],
    ['that is too long', { kind: 'busy', body: { epoch: 3, busy: 'x'.repeat(1000) } }],
  ])('has no note %s', (_, note) => {
    expect(parseBusyNote(note as HandoffNote)).toBeUndefined();
  });

  it('tells which stations were sent ten frames a second until the guest stopped', async () => {
    const { busy, leaves, notes, port, send, stops } = await begin();
    expect(port.watched).toEqual([]);
    await leaves();
    await send(1500, [
      [FIRST, 11],
      [SECOND, 9],
    ]);
    stops();
    expect(busy()).toEqual([tokenOf(FIRST)]);
    expect(notes.all).toMatchObject([{ body: { epoch: 3 } }]);
    expect(port.isWatched).toBe(false);
  });

  it('attaches nothing before what the guest has is handed over', async () => {
    const { bus, clock, inspected, port } = await begin();
    bus.emit('snapshot:published', { guest: guest(), head: HEAD, store: 'directory' });
    bus.emit('migration:outgoing', { guest: guest() });
    await clock.advance(1000);
    expect(inspected).toEqual([]);
    expect(port.watched).toEqual([]);
  });

  it.each<[string, (at: Awaited<ReturnType<typeof begin>>) => void]>([
    ['it leaves at once', () => {}],
    ['its port cannot be watched', ({ port }) => Object.assign(port, { refusal: new Error('EPERM') })],
    ['it cannot be looked at', ({ looked }) => Object.assign(looked, { refusal: new Error('gone') })],
  ])('says nothing of a guest where %s', async (what, breaks) => {
    const at = await begin();
    breaks(at);
    await at.leaves();
    await at.send(what === 'it leaves at once' ? 900 : 1500, [[FIRST, 100]]);
    at.stops();
    expect(at.notes.all).toEqual([]);
    expect(at.clock.pending).toBe(0);
  });

  it('counts a tenth of the time of a long migration, and tells what was so last', async () => {
    const { busy, clock, leaves, port, send, stops } = await begin();
    await leaves();
    await send(2000, [[FIRST, 100]]);
    expect(port.isWatched).toBe(false);
    await clock.advance(17_990);
    expect(port.isWatched).toBe(false);
    port.forget();
    await clock.advance(20);
    expect(port.isWatched).toBe(true);
    await send(1980, [[SECOND, 100]]);
    await clock.advance(10_000);
    expect(port.watched).toHaveLength(2);
    stops();
    expect(busy()).toEqual([tokenOf(SECOND)]);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['the migration fails', 'migration:failed', { side: 'source', status: 'cancelled' }],
    ['the guest goes on here', 'guest:resumed', { resumedAt: 1, readAt: 1 }],
    ['the guest is gone', 'guest:gone', {}],
  ] as const)('ends without a word where %s', async (_, event, more) => {
    const { bus, clock, leaves, notes, port, send, stops } = await begin();
    await leaves();
    await send(1500, [[FIRST, 100]]);
    bus.emit(event, { guest: guest(), ...more });
    expect(port.isWatched).toBe(false);
    expect(clock.pending).toBe(0);
    stops();
    expect(notes.all).toEqual([]);
  });

  it('ends with its host', async () => {
    const { clock, leaves, port, traffic } = await begin();
    await leaves();
    await traffic.close();
    expect(port.isWatched).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('counts few guests at a time, and others once those are gone', async () => {
    const { inspected, leaves, stops } = await begin();
    for (let index = 0; index < 20; index++) await leaves(guest(`${index}`));
    expect(inspected).toHaveLength(8);
    stops(guest('0'));
    await leaves(guest('late'));
    expect(inspected).toHaveLength(9);
  });

  it('leaves few and short notes, however many stations are busy', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => stationOf(FIRST.mac, VlanId.of(1 + index)));
    const { busy, leaves, notes, send, stops } = await begin([...many, stationOf(MacAddress.of(FIRST.mac))]);
    await leaves();
    await send(
      1000,
      many.map((station) => [station, 20] as const),
    );
    stops();
    expect(notes.all).toHaveLength(4);
    expect(busy()).toHaveLength(640);
    for (const note of notes.all) {
      expect(JSON.stringify({ ...note, host: 'h'.repeat(128) }).length).toBeLessThan(1024);
    }
  });
});
