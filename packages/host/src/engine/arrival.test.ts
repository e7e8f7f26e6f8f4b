import { describe, expect, it } from 'vitest';
import { CARD, type CardState, FakeGuest, never, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac, station } from '../../test/sample-nic.js';
import { snapshotOf, waiting } from '../../test/test-host.js';

const HANDED = ['0', '1', '0/10', '1/10'];

describe('a guest that arrives', () => {
  it('is announced before the fact is told to the end, and looked at only then', async () => {
    const { test, guest } = await waiting();
    expect(test.facts).toEqual(['announce:armed']);
    expect([test.sink.stations, guest.inspected]).toEqual([[], 0]);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
    guest.cards.set('nic0', async () => {
      expect(test.sink.stations).toEqual(HANDED);
      return CARD;
    });
    await test.clock.settle();
    expect(guest.inspected).toBe(0);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(HANDED);
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

  it('leaves the primaries of others that may come with it their turn', async () => {
    const { test, guest } = await waiting();
    const other = new FakeGuest('qemu-2', { name: 'web-2' });
    other.descriptors = [nicOf('nic1')];
    await test.appear(other, 'incoming');
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0']);
    test.resume(other);
    const primary = String(256);
    expect(test.sink.stations.slice(0, 2)).toEqual(['0', primary]);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', primary, '1', '0/10', '1/10']);
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
    await test.clock.advance(0);
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
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', '5/20', '1', '0/10', '1/10']);
    await test.clock.advance(100);
    expect(test.published?.nics[0]?.learned).toEqual([{ station: station(5, 20), ageMs: 1500 }]);
  });

  it('is armed anew whenever the hand-off changes', async () => {
    const { test, guest } = await waiting('nothing');
    await test.handoff.memory.publish(snapshotOf());
    await test.clock.advance(0);
    await test.handoff.memory.publish(snapshotOf({}, { macs: [mac(7)], vlans: [] }));
    await test.clock.advance(0);
    expect(test.facts).toEqual(['announce:armed', 'announce:armed', 'announce:armed']);
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations.slice(0, 2)).toEqual(['0', '7']);
    await test.clock.advance(1000);
    expect([test.handoff.watchers, test.sink.opened]).toEqual([0, 2]); // once in each direction
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
    await test.tell('stopped', guest);
    await test.clock.advance(5000);
    expect([test.sink.stations, test.reports]).toEqual([[], []]);
    handoff.trouble = undefined;
    test.resume(guest);
    await test.clock.advance(7000); // what was asked of the hand-off before is given up first
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'announced', epoch: 4 });
  });

  it('is silenced when it stops, and announced anew where it had just begun', async () => {
    const { test, guest } = await waiting();
    await test.appear(new FakeGuest('qemu-2', { name: 'web-2' }), 'incoming'); // so that it waits for the end of the turn
    test.resume(guest);
    await test.tell('stopped', guest);
    await test.clock.advance(1000);
    expect(test.sink.stations).toEqual(['0']); // and what waited for the end of that turn was taken back
    expect(test.report).toMatchObject({ cause: 'migration', outcome: 'superseded', epoch: 4 });
    expect(test.report.rounds).toMatchObject([{ round: 1, frames: 4, accepted: 1 }]);
    expect(test.report.lastFrameAt).toBeUndefined();
    expect(test.published).toBeUndefined();
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'announced', epoch: 5 });
  });

  it.each([
    ['is announced anew where it stopped before its first round was out', 15, ['superseded', 'announced']],
    ['is not announced anew where it stopped after that', 35, ['superseded']],
    ['is not announced anew where it stopped within a later round', 65, ['superseded']],
  ])('%s', async (_, stopsAfterMs, outcomes) => {
    const pacing = { framesPerSecond: 100, burst: 1 };
    const { test, guest } = await waiting(snapshotOf(), { pacing }, (each) =>
      each.cards.set('nic0', { macs: [mac(1)], vlans: [10] }),
    );
    test.resume(guest);
    await test.clock.advance(stopsAfterMs);
    await test.tell('stopped', guest);
    const { length } = test.sink.stations;
    await test.clock.advance(1000);
    expect(test.sink.stations).toHaveLength(length);
    for (let times = 0; times < 2; times += 1) {
      test.resume(guest);
      await test.clock.advance(3000);
      await test.tell('stopped', guest);
    }
    expect(test.reports.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(test.reports.slice(1).map(({ cause, epoch }) => [cause, epoch])).toEqual(
      outcomes.slice(1).map(() => ['late', 5]), // nothing was taken over yet
    );
    expect(new Set(test.sink.stations)).toEqual(new Set(HANDED));
  });

  it('does not keep its host from closing in the turn in which it resumed', async () => {
    const { test, guest } = await waiting();
    test.resume(guest);
    await test.host.close();
    await test.clock.advance(0);
    expect([test.sink.stations, guest.inspected, test.clock.pending]).toEqual([HANDED, 0, 0]);
  });

  it('is silenced between rounds when it stops', async () => {
    const { test, guest } = await waiting();
    test.resume(guest);
    await test.clock.advance(100);
    await test.tell('stopped', guest);
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
    test.intake.failed({ guest, side: 'destination', status: 'cancelled' });
    await test.clock.settle();
    expect([test.sink.openChannels, test.handoff.watchers]).toEqual([0, 0]);
    test.resume(guest);
    await test.clock.advance(100);
    expect(test.sink.stations).toEqual([]);
    await test.tell('stopped', guest);
    await test.tell('incoming', guest);
    expect(test.sink.stations).toEqual([]);
    await test.handoff.memory.publish(snapshotOf({ epoch: 9 }));
    await test.clock.settle();
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect(test.report.epoch).toBe(10);
  });

  it('announces nothing where it failed while it was being armed', async () => {
    const handoff = new FakeHandoff();
    handoff.trouble = never;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    test.intake.failed({ guest, side: 'destination', status: 'failed' });
    await test.tell('gone', guest);
    await test.clock.advance(630_000);
    expect([test.facts, test.warnings, test.sink.openChannels, test.clock.pending]).toEqual([[], [], 0, 0]);
  });

  it('is announced after it was held paused', async () => {
    const { test, guest } = await waiting();
    test.intake.loaded({ guest });
    await test.clock.advance(2000);
    expect([test.sink.stations, guest.inspected]).toEqual([[], 0]);
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(HANDED);
  });

  it('is not looked at before it runs, whoever asks', async () => {
    const { test, guest } = await waiting();
    await test.tell('changed', guest);
    test.intake.changed({ guest, nic: 'nic0' });
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
