import { HeraldError, type Snapshot } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, type CardState, FakeGuest, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac, station } from '../../test/sample-nic.js';
import { snapshotOf, TestHost, type TestHostOptions } from '../../test/test-host.js';

/** Host B, to which the guest is about to come; what was handed over lies there. */
const waiting = async (
  handed: Snapshot | 'nothing' = snapshotOf(),
  options: TestHostOptions = {},
  prepare: (guest: FakeGuest, handoff: FakeHandoff) => void = () => {},
) => {
  const test = await TestHost.compose(options);
  const guest = new FakeGuest();
  if (handed !== 'nothing') await test.handoff.memory.publish(handed);
  prepare(guest, test.handoff);
  await test.appear(guest, 'incoming');
  return { test, guest };
};
const HANDED = ['0', '1', '0/10', '1/10'];
const codes = (warnings: readonly { readonly code: string }[]): string[] => warnings.map(({ code }) => code);

describe('a guest that arrives', () => {
  it('is announced before the fact is told to the end, and looked at only then', async () => {
    const { test, guest } = await waiting();
    expect(test.facts).toEqual(['announce:armed']);
    expect([test.sink.stations, guest.inspected]).toEqual([[], 0]);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
    expect(guest.inspected).toBe(0);
    await test.clock.advance(1000);
    expect([...new Set(test.sink.frames.map(({ at }) => at))]).toEqual([0, 50, 200, 450, 800]);
    expect(guest.inspected).toBe(1);
    expect(test.report).toMatchObject({
      host: 'B',
      epoch: 4,
      cause: 'migration',
      outcome: 'announced',
      snapshots: [{ host: 'A', epoch: 3 }],
      warnings: [],
    });
    const { resumedAt = 0, readAt, firstFrameAt, lastFrameAt } = test.report;
    expect([readAt, firstFrameAt, lastFrameAt]).toEqual(Array(3).fill(resumedAt + 0.2));
    expect(test.report.nics).toMatchObject([
      {
        nic: 'nic0',
        model: 'fake-card',
        port: 'tap0',
        sink: 'fake-sink',
        source: 'hand-off',
        added: [],
        refused: [],
      },
    ]);
    expect(test.report.nics[0]?.announced).toHaveLength(4);
    expect(test.warnings).toEqual([]);
  });

  it('has what it knew put back and published, in a new epoch', async () => {
    const { test, guest } = await waiting();
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.published).toMatchObject({
      host: 'B',
      epoch: 4,
      nics: [{ state: { macs: [mac(1)], vlans: [10] } }],
    });
  });

  it('has announced what its card has beyond the hand-off, and no more than once', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) =>
      each.cards.set('nic0', { macs: [mac(1), mac(2)], vlans: [] }),
    );
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0']);
    await test.clock.advance(49);
    expect(test.sink.stations).toEqual(['0', '1', '2']);
    await test.clock.advance(1000);
    expect(test.sink.stations.slice(3)).toEqual(Array(4).fill(['0', '1', '2']).flat());
    expect(test.report.nics[0]?.added.map((each) => each.station.mac)).toEqual([mac(1), mac(2)]);
  });

  it.each([1, 5])('has announced what is found late, with %d rounds', async (rounds) => {
    let answer = (_: CardState): void => {};
    const { test, guest } = await waiting(
      'nothing',
      { policy: { timing: { initialMs: 50, maxMs: 550, rounds, stepMs: 100 } } },
      (each) =>
        each.cards.set(
          'nic0',
          () =>
            new Promise((resolve) => {
              answer = resolve;
            }),
        ),
    );
    test.resume(guest);
    await test.clock.advance(2000);
    expect(test.reports).toEqual([]);
    answer({ macs: [mac(1)], vlans: [] });
    await test.clock.settle();
    expect(test.sink.stations).toEqual([...Array<string>(rounds).fill('0'), '1']);
    expect(test.report.nics[0]?.added).toHaveLength(1);
  });

  it('has no more announced than the policy lets a NIC have, whatever is found', async () => {
    const { test, guest } = await waiting(
      snapshotOf({}, { vlans: [] }),
      { policy: { maxStations: 3 } },
      (each) => each.cards.set('nic0', { macs: [mac(2), mac(3)], vlans: [] }),
    );
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.stations)).toEqual(new Set(['0', '1', '2']));
    expect(test.report.nics[0]?.refused).toEqual([
      { mac: mac(3), evidence: 'filter', reason: 'station-limit', detail: 'at most 3 per NIC' },
    ]);
    expect(test.facts.filter((fact) => fact === 'station:refused')).toHaveLength(1);
  });

  it('is refused what belongs to a guest of a third host, found in the hand-off or on the card', async () => {
    const handoff = new FakeHandoff();
    const victim = snapshotOf({
      guest: 'name:victim' as never,
      host: 'C',
      nics: [{ id: 'nic0', primaryMac: mac(9), model: 'fake-card', learned: [] }],
    });
    await handoff.memory.publish(victim);
    const { test, guest } = await waiting(
      snapshotOf({}, { macs: [mac(9)], vlans: [] }),
      { handoff },
      (each) => each.cards.set('nic0', { macs: [mac(9), mac(2)], vlans: [] }),
    );
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.stations)).toEqual(new Set(['0', '2']));
    expect(test.report.nics[0]?.refused).toEqual([
      { mac: mac(9), evidence: 'filter', reason: 'owned-by-other-guest' },
    ]);
  });

  it('has learned stations announced, and hands them on as they grow older', async () => {
    const learned = [{ station: station(5, 20), ageMs: 1000 }];
    const handed = snapshotOf();
    const { test, guest } = await waiting({
      ...handed,
      nics: handed.nics.map((nic) => ({ ...nic, learned })),
    });
    await test.clock.advance(500);
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0', '5/20', '1', '0/10', '1/10']);
    await test.clock.advance(100);
    expect(test.published?.nics[0]?.learned).toEqual([{ station: station(5, 20), ageMs: 1000 }]);
  });

  it('is armed anew whenever the hand-off changes', async () => {
    const { test, guest } = await waiting('nothing');
    await test.handoff.memory.publish(snapshotOf());
    await test.clock.settle();
    await test.handoff.memory.publish(snapshotOf({}, { macs: [mac(7)], vlans: [] }));
    await test.clock.settle();
    expect(test.facts).toEqual(['announce:armed', 'announce:armed', 'announce:armed']);
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0', '7']);
    await test.clock.advance(1000);
    expect([test.handoff.watchers, test.sink.opened]).toEqual([0, 1]);
  });

  it('is announced as soon as it is armed, where it resumes before', async () => {
    const handoff = new FakeHandoff();
    handoff.trouble = never;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    test.resume(guest);
    await test.clock.settle();
    expect(test.sink.stations).toEqual([]);
    handoff.trouble = undefined;
    await test.clock.advance(5000);
    expect(test.sink.frames[0]).toMatchObject({ at: 5000, station: '0' });
    expect(test.facts).not.toContain('announce:armed');
  });

  it('is not announced where it stopped before it was armed; when it goes on, it is', async () => {
    const handoff = new FakeHandoff();
    handoff.trouble = never;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    test.resume(guest);
    await test.tell('guest:stopped', guest);
    await test.clock.advance(5000);
    expect([test.sink.stations, test.reports]).toEqual([[], []]);
    handoff.trouble = undefined;
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'announced', epoch: 4 });
  });

  it('is silenced when it stops, and announced anew where it had just begun', async () => {
    const { test, guest } = await waiting();
    test.resume(guest);
    await test.tell('guest:stopped', guest);
    await test.clock.advance(1000);
    expect(test.sink.stations).toEqual(HANDED);
    expect(test.report).toMatchObject({ cause: 'migration', outcome: 'superseded', epoch: 4 });
    expect(test.published).toBeUndefined();
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'announced', epoch: 5 });
  });

  it('is silenced between rounds when it stops', async () => {
    const { test, guest } = await waiting();
    test.resume(guest);
    await test.clock.advance(100);
    await test.tell('guest:stopped', guest);
    await test.clock.advance(1000);
    expect(test.sink.stations).toEqual([...HANDED, ...HANDED]);
    expect(test.report.outcome).toBe('superseded');
    expect(test.report.rounds.map(({ round }) => round)).toEqual([1, 2]);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.reports).toHaveLength(1);
  });

  it('announces nothing after a failed migration, and a real one works in the same run', async () => {
    const { test, guest } = await waiting();
    test.host.bus.emit('migration:failed', { guest, side: 'destination', status: 'cancelled' });
    await test.clock.settle();
    expect([test.sink.openChannels, test.handoff.watchers]).toEqual([0, 0]);
    test.resume(guest);
    await test.clock.advance(100);
    expect(test.sink.stations).toEqual([]);
    await test.tell('guest:stopped', guest);
    await test.tell('migration:incoming', guest);
    expect(test.sink.stations).toEqual([]);
    await test.handoff.memory.publish(snapshotOf({ epoch: 9 }));
    await test.clock.settle();
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect(test.report.epoch).toBe(10);
  });

  it('announces nothing where it failed while it was being armed', async () => {
    const handoff = new FakeHandoff();
    handoff.trouble = never;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    test.host.bus.emit('migration:failed', { guest, side: 'destination', status: 'failed' });
    await test.tell('guest:gone', guest);
    await test.clock.advance(600_000);
    expect([test.facts, test.warnings, test.sink.openChannels, test.clock.pending]).toEqual([[], [], 0, 0]);
  });

  it('is announced after it was held paused', async () => {
    const { test, guest } = await waiting();
    test.host.bus.emit('migration:completed', { guest, side: 'destination' });
    await test.clock.advance(2000);
    expect([test.sink.stations, guest.inspected]).toEqual([[], 0]);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
  });

  it('is not looked at before it runs, whoever asks', async () => {
    const { test, guest } = await waiting();
    await test.tell('nic:list-changed', guest);
    test.host.bus.emit('nic:filter-changed', { guest, nic: 'nic0' });
    await test.host.inspect(guest);
    await expect(test.host.announce(guest)).rejects.toMatchObject({ code: 'HERALD_GUEST_NOT_RUNNING' });
    await test.clock.advance(10_000);
    expect(guest.inspected).toBe(0);
    expect(test.handoff.published).toEqual([]);
  });

  it('announces nothing where the policy wants no rounds', async () => {
    const { test, guest } = await waiting(snapshotOf(), {
      policy: { timing: { initialMs: 0, maxMs: 0, rounds: 0, stepMs: 1 } },
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.sink.stations).toEqual([]);
    expect(test.report).toMatchObject({ outcome: 'nothing-to-announce', rounds: [] });
  });
});

describe('what goes wrong at an arrival', () => {
  it('never overwrites what could not be read when it was armed, and catches up', async () => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf({ host: 'B', epoch: 2 }));
    handoff.trouble = handoff.outOfReach;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0']);
    await test.clock.advance(900);
    expect(codes(test.report.warnings)).toContain('HERALD_TEST_HANDOFF');
    expect(test.sink.stations).toContain('1'); // its own card
    expect(handoff.published).toEqual([]);
    handoff.trouble = undefined;
    await test.clock.advance(2000);
    expect(test.report).toMatchObject({ cause: 'late', epoch: 4 });
    expect(test.sink.stations).toContain('1/10');
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
  });

  it('is armed anew as soon as the hand-off can be read', async () => {
    const handoff = new FakeHandoff();
    handoff.trouble = handoff.outOfReach;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    handoff.trouble = undefined;
    await test.clock.advance(1000);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ epoch: 4, warnings: [] });
  });

  it('publishes as soon as it can where the hand-off is lost after the arming', async () => {
    const { test, guest } = await waiting();
    test.handoff.trouble = test.handoff.outOfReach;
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect([test.report.outcome, test.published]).toEqual(['announced', undefined]);
    test.handoff.trouble = undefined;
    await test.clock.advance(2000);
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
  });

  it('goes by the entries that can be read', async () => {
    const problem = new HeraldError('HERALD_SNAPSHOT_INVALID', 'not a snapshot: truncated');
    const { test, guest } = await waiting(snapshotOf(), {}, (_, handoff) =>
      handoff.broken.push({ host: 'C', problem }),
    );
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.stations)).toEqual(new Set(HANDED));
    expect(test.warnings).toEqual(['HERALD_SNAPSHOT_INVALID not a snapshot: truncated']);
    expect(codes(test.report.warnings)).toEqual(['HERALD_SNAPSHOT_INVALID']);
  });

  it('announces each of two NICs with one MAC at its own port, and warns', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic0'), nicOf('nic1', { primaryMac: mac(0) })];
      each.cards.set('nic1', { macs: [], vlans: [] });
    });
    test.resume(guest);
    expect(test.sink.frames.map(({ port, station: sent }) => `${port} ${sent}`)).toEqual([
      'tap0 0',
      'tap1 0',
    ]);
    expect(test.warnings).toEqual([
      expect.stringContaining('HERALD_NIC_DUPLICATE_MAC nic0 and nic1 have the same MAC 52:54:00:00:00:00'),
    ]);
  });

  it('tells of a NIC without a port, and announces the others', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      const { port: _, ...portless } = nicOf('nic0', { portProblem: 'netdev net0 is of type user' });
      each.descriptors = [portless, nicOf('nic1')];
      each.cards.set('nic1', { macs: [], vlans: [] });
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.stations)).toEqual(new Set(['256']));
    expect(codes(test.report.warnings)).toEqual(['HERALD_NIC_NO_PORT']);
    expect(test.report.nics.map(({ announced, sink }) => [announced.length, sink])).toEqual([
      [0, undefined],
      [1, 'fake-sink'],
    ]);
  });

  it('announces at a port that is only found after the arming', async () => {
    const { test, guest } = await waiting(snapshotOf({}, { vlans: [] }), {}, (each) => {
      const { port: _, ...portless } = nicOf('nic0');
      each.descriptors = [portless];
    });
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', { macs: [], vlans: [] });
    test.resume(guest);
    expect(test.sink.stations).toEqual([]);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', '1', '256']);
    await test.clock.advance(1000);
    expect(test.report.outcome).toBe('announced');
    expect(test.report.nics.map(({ announced, added }) => [announced.length, added.length])).toEqual([
      [0, 2],
      [0, 1],
    ]);
  });

  it('tells of a sink that cannot open the port', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic7')];
      each.cards.set('nic7', CARD);
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ outcome: 'nothing-to-announce', rounds: [] });
    expect(test.warnings).toEqual(['HERALD_TEST_PORT tap7 is not there']);
  });

  it('reports a port that went away between plan and trigger', async () => {
    const { test, guest } = await waiting('nothing');
    test.sink.ports.clear();
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report.warnings).toEqual([{ code: 'HERALD_TEST_PORT', message: 'nic0: tap0 went away' }]);
  });

  it('reports what the system refused', async () => {
    const { test, guest } = await waiting('nothing');
    test.sink.refusal = () => ({ accepted: 0, failure: 'ENOBUFS at frame 0' });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report.outcome).toBe('failed');
    expect(test.report.warnings[0]).toEqual({
      code: 'HERALD_SEND_FAILED',
      message: 'nic0: the system refused frames in round 1: ENOBUFS at frame 0',
    });
  });

  it.each<[string, () => Promise<never>]>([
    ['does not tell its NICs', () => Promise.reject(new Error('no monitor'))],
    ['never tells its NICs', never],
  ])('announces and publishes late where the guest %s for a while', async (_, answer) => {
    const { test, guest } = await waiting(snapshotOf(), {}, (each) => {
      each.answer = answer;
    });
    test.resume(guest);
    await test.clock.advance(5000);
    expect([test.sink.stations, test.handoff.published]).toEqual([[], []]);
    guest.answer = undefined;
    await test.clock.advance(60_000);
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
    expect(
      test.warnings.some((line) =>
        line.startsWith(answer === never ? 'HERALD_TIMEOUT' : 'HERALD_GUEST_UNREADABLE'),
      ),
    ).toBe(true);
  });

  it('loses one NIC to a capture that never ends, for the first look, and no other guest anything', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic0'), nicOf('nic1')];
      each.cards.set('nic0', never).set('nic1', { macs: [mac(3)], vlans: [] });
    });
    const other = new FakeGuest('two', { name: 'web-2' });
    await test.appear(other, 'incoming');
    test.resume(guest);
    test.resume(other);
    await test.clock.advance(1000);
    expect(test.reports.map((report) => report.guest.name)).toEqual(['web-2']);
    await test.clock.advance(5000);
    expect(test.reports.map((report) => report.guest.name)).toEqual(['web-2', 'web-1']);
    expect(test.sink.stations).toContain('3');
    expect(test.warnings).toEqual([expect.stringContaining('HERALD_TIMEOUT the capture of nic0')]);
  });

  it.each<[string, TestHostOptions, string]>([
    [
      'a policy that throws',
      {
        policy: {
          get timing(): never {
            throw new Error('no policy');
          },
        },
      },
      'HERALD_ENGINE_FAULT work for web-1 failed: no policy',
    ],
    [
      'an announce handler that throws',
      {
        handler: {
          model: 'fake-card',
          announcements: () => {
            throw new Error('no frame');
          },
        },
      },
      'HERALD_HANDLER_FAULT the announce handler of fake-card failed for nic0: no frame',
    ],
    [
      'a model that fails',
      {
        model: fakeModel({
          filter: () => {
            throw new Error('no filter');
          },
        }),
      },
      'HERALD_MODEL_FAULT',
    ],
  ])('is told: %s', async (_, options, message) => {
    const { test, guest } = await waiting(snapshotOf(), options);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.warnings).toContainEqual(expect.stringContaining(message));
    expect(test.warnings.some((line) => line.startsWith('LISTENER'))).toBe(false);
    await test.host.close();
  });

  it('warns of a guest without a name, and announces it all the same', async () => {
    const test = await TestHost.compose();
    const guest = new FakeGuest('one', {});
    await test.appear(guest, 'incoming');
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.warnings).toEqual([
      expect.stringContaining('HERALD_GUEST_UNNAMED a guest (one) has neither UUID nor name'),
    ]);
    expect(new Set(test.sink.stations)).toEqual(new Set(['0', '1']));
    expect(test.handoff.published).toEqual([]);
  });

  it('leaves nothing behind when the guest goes or the host closes in the midst of it', async () => {
    for (const end of ['gone', 'close'] as const) {
      const { test, guest } = await waiting();
      test.resume(guest);
      await test.clock.advance(60);
      if (end === 'gone') await test.tell('guest:gone', guest);
      else await test.host.close();
      await test.clock.settle();
      expect(test.report.outcome).toBe('superseded');
      expect([test.sink.openChannels, test.handoff.watchers]).toEqual([0, 0]);
      await test.host.close();
      const { length } = test.sink.frames;
      await test.clock.advance(100_000);
      expect([test.sink.frames.length, test.clock.pending]).toEqual([length, 0]);
    }
  });
});
