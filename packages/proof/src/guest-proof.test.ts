import { type MigrationReport, type StationKey, stationKey } from '@nic-herald/core';
import type { ProofSection } from '@nic-herald/core/internal';
import { companionContract, testContract } from '@nic-herald/testkit';
import { describe, expect, it, vi } from 'vitest';
import {
  begin,
  beginAs,
  FIRST,
  NO_HOST,
  NO_NOTES,
  nicOf,
  portlessNicOf,
  SECOND,
  WINDOW_MS,
} from '../test/played-proof.js';
import { LinuxPortSight } from './linux-port-sight.js';
import type { PortPicture } from './port-picture.js';
import { ProofCompanion } from './proof-companion.js';
import { WitnessWords } from './witness-words.js';

describe('the proof companion', () => {
  testContract(
    companionContract({
      companion: ({ clock }) => new ProofCompanion(new LinuxPortSight(), clock, WINDOW_MS, NO_NOTES, NO_HOST),
    }),
    { describe, it },
  );
});

describe('GuestProof', () => {
  it('watches from the moment the guest is awaited, and no longer than it must', async () => {
    const { clock, guest, over, port } = begin(FIRST, SECOND);
    expect(port.isWatched).toBe(true);
    await clock.advance(10); // RESUME
    await clock.advance(2);
    port.arrives(FIRST);
    await clock.advance(1);
    guest.fired();
    await clock.advance(4);
    port.arrives(SECOND);
    await clock.advance(500);
    expect(port.isWatched).toBe(true);
    const last = over();
    await clock.advance(0);
    expect(await last).toMatchObject({ verdict: 'proved', isOpen: false, stations: 2, lastFirstFrameMs: 7 });
    expect(port.isWatched).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('counts no frame that came before RESUME', async () => {
    const { clock, guest, over, port } = begin(FIRST);
    port.arrives(FIRST); // a switch that floods
    await clock.advance(15);
    guest.fired();
    await clock.advance(5);
    port.arrives(FIRST);
    const last = over();
    await clock.advance(30);
    expect((await last)?.nics[0]?.stations).toMatchObject([{ traffic: { value: 'yes' }, firstFrameMs: 10 }]);
  });

  it('waits as long as the window lasts for what does not come, and says so', async () => {
    const { clock, guest, over, port, reported } = begin(FIRST, SECOND);
    await clock.advance(10);
    guest.fired();
    port.arrives(FIRST);
    let last: ProofSection | undefined;
    void over().then((section) => {
      last = section;
    });
    await clock.advance(WINDOW_MS - 1);
    expect(last).toBeUndefined();
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatchObject({ verdict: 'partly', isOpen: true, proved: 1 });
    await clock.advance(1);
    expect(last).toMatchObject({
      verdict: 'partly',
      isOpen: false,
      cause: { code: 'no-traffic', params: { stations: 1 } },
    });
    expect(last?.nics[0]?.stations[0]).toMatchObject({
      mac: SECOND.mac,
      traffic: { value: 'cannot-tell', reason: 'quiet' },
    });
    expect(port.isWatched).toBe(false);
  });

  it('names what is wrong at the port at once', async () => {
    const { clock, guest, over, port, reported } = begin(FIRST);
    port.picture = { in: 'nothing' };
    guest.fired();
    void over();
    await clock.advance(1);
    expect(reported.at(-1)).toMatchObject({
      verdict: 'unproved',
      isOpen: true,
      cause: { code: 'port-not-in-bridge', params: { port: 'tap0' } },
    });
    guest.close();
  });

  it('asks a bridge again as long as something is missing there, and not often', async () => {
    const { clock, guest, over, port } = begin(FIRST);
    port.picture = { ...(port.picture as Extract<PortPicture, { in: 'bridge' }>), here: new Set() };
    guest.fired();
    void over();
    await clock.advance(WINDOW_MS);
    expect(port.looks).toBeGreaterThan(5);
    expect(port.looks).toBeLessThan(20);
    expect(port.looksEverywhere).toBe(4); // after the rounds, before each repeat, and at the end of the window
  });

  it('has announced again what is provably not there, alone, and twice at most', async () => {
    const { asked, clock, guest, over, port } = begin(FIRST, SECOND);
    port.picture = {
      ...(port.picture as Extract<PortPicture, { in: 'bridge' }>),
      here: new Set([stationKey(FIRST)]),
    };
    guest.fired();
    void over();
    await clock.advance(2900);
    expect(asked).toEqual([]);
    await clock.advance(WINDOW_MS);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ stations: [{ nic: 'nic0', mac: SECOND.mac }], timing: { rounds: 2 } });
  });

  it('has it announced again in time, though a timer comes up to a millisecond early', async () => {
    const { asked, clock, guest, over, port } = begin(FIRST);
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (delayMs, run) => setTimer(Math.max(0, delayMs - 0.9), run);
    port.picture = { ...(port.picture as Extract<PortPicture, { in: 'bridge' }>), here: new Set() };
    guest.fired();
    void over();
    await clock.advance(3001);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, object, Partial<Extract<PortPicture, { in: 'bridge' }>>]>([
    ['what was asked for', { cause: 'manual' }, { here: new Set() }],
    ['what is observed', { mode: 'observe' }, { here: new Set() }],
    ['what is at another port', {}, { here: new Set(), elsewhere: new Map([[stationKey(FIRST), 'up0']]) }],
    ['what no frame is sent to', {}, {}],
  ])('does not have announced again %s', async (_, more, picture) => {
    const { asked, clock, guest, over, port } = beginAs(more, FIRST);
    port.picture = { ...(port.picture as Extract<PortPicture, { in: 'bridge' }>), ...picture };
    guest.fired();
    void over();
    await clock.advance(WINDOW_MS);
    expect(asked).toEqual([]);
  });

  it('does not have announced again what came to another port meanwhile', async () => {
    const { asked, clock, guest, over, port } = begin(FIRST);
    const picture = {
      ...(port.picture as Extract<PortPicture, { in: 'bridge' }>),
      here: new Set<StationKey>(),
    };
    port.picture = picture;
    guest.fired();
    void over();
    await clock.advance(2000);
    port.picture = { ...picture, elsewhere: new Map([[stationKey(FIRST), 'up0']]) };
    await clock.advance(WINDOW_MS);
    expect(asked).toEqual([]);
  });

  it('waits for stations that are found later', async () => {
    const { clock, guest, over, port } = begin(FIRST);
    guest.fired();
    guest.changed([nicOf(FIRST, SECOND)]);
    expect(port.awaited.map(({ mac }) => mac)).toContain(SECOND.mac);
    await clock.advance(20);
    port.arrives(FIRST);
    port.arrives(SECOND);
    const last = over();
    await clock.advance(30);
    expect(await last).toMatchObject({ verdict: 'proved', stations: 2 });
  });

  it('tells what is known where the guest stops', async () => {
    const { clock, guest, over, port } = begin(FIRST, SECOND);
    await clock.advance(10);
    guest.fired();
    port.arrives(FIRST);
    const last = over();
    await clock.advance(5);
    guest.cancelled();
    expect(await last).toMatchObject({ verdict: 'partly', isOpen: false, proved: 1 });
    expect((await last)?.nics[0]?.stations[0]?.traffic).toEqual({ value: 'cannot-tell', reason: 'stopped' });
    expect((await last)?.cause).toBeUndefined(); // it had no time to be spoken to
    expect(clock.pending).toBe(0);
  });

  it('calls nothing quiet to which it could not listen', async () => {
    const { clock, guest, over, port } = begin(FIRST);
    port.refusal = new Error('EPERM');
    guest.fired();
    const last = over();
    await clock.advance(WINDOW_MS);
    expect((await last)?.nics[0]).toMatchObject({
      problem: 'EPERM',
      stations: [{ traffic: { value: 'cannot-tell', reason: 'unavailable' } }],
    });
    expect((await last)?.cause).toBeUndefined();
  });

  it('forgets nothing that came where it can listen no longer', async () => {
    const { clock, guest, over, port } = begin(FIRST, SECOND);
    guest.fired();
    port.arrives(FIRST);
    await clock.advance(150);
    port.refusal = new Error('EBADF');
    const last = over();
    await clock.advance(WINDOW_MS);
    expect(port.isWatched).toBe(false);
    expect(await last).toMatchObject({ verdict: 'partly', proved: 1 });
    expect((await last)?.nics[0]?.stations).toMatchObject([
      { mac: SECOND.mac, traffic: { reason: 'unavailable' } },
      { mac: FIRST.mac, traffic: { value: 'yes' } },
    ]);
  });

  it('follows a NIC to another port', async () => {
    const { clock, guest, over, port } = begin(FIRST);
    guest.fired();
    const { plan } = nicOf(FIRST);
    const other = { kind: 'tap', name: 'tap1', index: 2 } as const;
    guest.changed([{ ...nicOf(FIRST), plan: { ...plan, nic: { ...plan.nic, port: other } } }]);
    expect(port.watched).toEqual([1, 2]);
    void over();
    await clock.advance(1);
    expect(port.isWatched).toBe(true);
    guest.close();
    expect(port.isWatched).toBe(false);
  });

  it('counts the stations of a NIC without a port as not proved, names it, and does not announce it again', async () => {
    const { asked, clock, guest, over, port } = begin(FIRST);
    guest.changed([portlessNicOf(SECOND)]);
    guest.fired();
    port.arrives(FIRST);
    const last = over();
    await clock.advance(WINDOW_MS);
    expect(await last).toMatchObject({
      verdict: 'partly',
      stations: 2,
      proved: 1,
      cause: { code: 'no-port', params: { nic: 'nic1' } },
      nics: [
        { nic: 'nic0' },
        { nic: 'nic1', stations: [{ mac: SECOND.mac, local: { value: 'cannot-tell' } }] },
      ],
    });
    expect(asked).toEqual([]);
    expect(port.watched).toEqual([1]);
  });

  it('says that nothing was sent for a NIC whose port takes none, and leaves it to the host to try again', async () => {
    const { asked, clock, guest, over, port } = begin(FIRST);
    port.picture = {
      ...(port.picture as Extract<PortPicture, { in: 'bridge' }>),
      here: new Set([stationKey(FIRST)]),
    };
    const { plan, ...nic } = nicOf(SECOND);
    guest.changed([{ ...nic, plan: { ...plan, nic: { ...plan.nic, id: 'nic1' } }, announced: [] }]);
    guest.fired();
    port.arrives(FIRST);
    const last = over();
    await clock.advance(WINDOW_MS);
    expect(await last).toMatchObject({ verdict: 'partly', stations: 2, cause: { code: 'not-sent' } });
    expect(asked).toEqual([]);
  });

  it('follows a NIC that gets a port', async () => {
    const { clock, guest, over, port } = begin();
    const { plan, ...nic } = portlessNicOf(FIRST);
    guest.changed([{ ...nic, plan }]);
    guest.fired();
    const found = { kind: 'tap', name: 'tap1', index: 2 } as const;
    guest.changed([{ ...nicOf(FIRST), plan: { ...plan, nic: { ...plan.nic, port: found } } }]);
    port.arrives(FIRST);
    const last = over();
    await clock.advance(1);
    expect(await last).toMatchObject({ verdict: 'proved', stations: 1 });
    expect(port.watched).toEqual([1, 2]);
  });

  it('says nothing, and waits for nothing, where there is no station', async () => {
    const { clock, guest, over, port, reported } = begin();
    guest.fired();
    const last = over();
    await clock.advance(1);
    expect(await last).toBeUndefined();
    expect(reported).toEqual([]);
    expect(port.isWatched).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('opens nothing once it is over', () => {
    const { guest, port } = begin(FIRST);
    guest.fired();
    guest.cancelled();
    const late = nicOf(SECOND);
    guest.changed([{ ...late, plan: { ...late.plan, nic: { ...late.plan.nic, id: 'nic1' } } }]);
    expect(port.isWatched).toBe(false);
  });

  it('says its last word at once where the guest stops: the host may not wait for it', async () => {
    const { clock, guest, over, reported } = begin(FIRST);
    guest.fired();
    void over();
    await clock.advance(1);
    expect(reported.at(-1)).toMatchObject({ isOpen: true });
    guest.cancelled();
    expect(reported.at(-1)).toMatchObject({ isOpen: false });
  });

  it('says its last word at once where the guest stopped before', () => {
    const { guest, over, reported } = begin(FIRST);
    guest.fired();
    guest.cancelled();
    void over();
    expect(reported.at(-1)).toMatchObject({ isOpen: false });
  });

  it('does not wait where no frame left and no RESUME was seen: no time counts from anything', async () => {
    const { clock, guest, port } = begin(FIRST);
    guest.fired();
    const last = guest.over({ outcome: 'nothing-to-announce' } as MigrationReport);
    await clock.advance(1);
    expect(await last).toBeUndefined();
    expect(port.isWatched).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('looks everywhere after the rounds, though it looks at the port just then', async () => {
    const { clock, guest, over, port } = begin(FIRST);
    guest.fired();
    const picture = {
      ...(port.picture as Extract<PortPicture, { in: 'bridge' }>),
      here: new Set<StationKey>(),
    };
    const answers: (() => void)[] = [];
    port.look = (_, __, everywhere) =>
      new Promise((resolve) => {
        const elsewhere = new Map(everywhere ? [[stationKey(FIRST), 'up0']] : []);
        answers.push(() => resolve({ ...picture, elsewhere }));
      });
    await clock.advance(100);
    const last = over();
    answers[0]?.();
    await clock.advance(0);
    expect(answers).toHaveLength(2);
    answers[1]?.();
    await clock.advance(0);
    guest.cancelled();
    expect((await last)?.nics[0]?.stations).toMatchObject([{ local: { value: 'no', reason: 'elsewhere' } }]);
  });

  it('judges again only where something is new', async () => {
    const { clock, guest, over, port } = begin(FIRST, SECOND);
    const judged = vi.spyOn(WitnessWords.prototype, 'of');
    guest.fired();
    port.arrives(FIRST);
    const last = over();
    await clock.advance(10_000);
    const before = judged.mock.calls.length;
    await clock.advance(30_000);
    expect(judged.mock.calls.length).toBe(before);
    port.arrives(SECOND);
    await clock.advance(1000);
    expect(await last).toMatchObject({ verdict: 'proved' });
    judged.mockRestore();
  });
});
