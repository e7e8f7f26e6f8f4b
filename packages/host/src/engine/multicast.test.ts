import type { MigrationReport } from '@nic-herald/core';
import { multicastOf } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, never, nicOf } from '../../test/fake-guest.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { mac } from '../../test/sample-nic.js';
import { residing, snapshotOf, TestHost, waiting } from '../../test/test-host.js';

const UNTAGGED = ['igmp', 'mld'];
const ON_10 = [...UNTAGGED, 'igmp/10', 'mld/10'];

const asked = (report: MigrationReport, nic = 'nic0') => multicastOf(report).get(nic);

/** `0 igmp`, `50 mld/10`: when each query left, by the clock of the guest's resume, and what it was. */
const askedFrom = (test: TestHost, resumedAt: number): readonly string[] =>
  test.sink.queries.map(({ at, query }) => `${at - resumedAt} ${query}`);

describe('a guest that arrives is asked for its multicast groups', () => {
  it('with each round, after its frames, and never before it runs', async () => {
    const { test, guest } = await waiting();
    await test.clock.advance(500);
    expect([test.sink.queries, test.sink.openChannels]).toEqual([[], 2]);
    test.resume(guest);
    expect(test.sink.queries).toEqual([]); // others' first frames go before
    await test.clock.advance(0);
    expect(askedFrom(test, 500)).toEqual(ON_10.map((query) => `0 ${query}`));
    await test.clock.advance(1000);
    expect(askedFrom(test, 500)).toEqual(
      [0, 50, 200, 450, 800].flatMap((at) => ON_10.map((query) => `${at} ${query}`)),
    );
    expect(asked(test.report)).toStrictEqual({ vlans: [10], queries: 20 });
    const frames = test.report.rounds.map((round) => [round.frames, round.accepted]);
    expect(frames).toEqual(Array<number[]>(5).fill([4, 4])); // queries are no announcements
  });

  it('also on the VLANs that its card has here beyond the hand-off', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) =>
      each.cards.set('nic0', { macs: [], vlans: [20] }),
    );
    test.resume(guest);
    await test.clock.advance(60);
    expect(askedFrom(test, 0)).toEqual([
      ...UNTAGGED.map((query) => `0 ${query}`),
      ...['igmp/20', 'mld/20'].map((query) => `0 ${query}`),
      ...UNTAGGED.map((query) => `50 ${query}`),
      ...['igmp/20', 'mld/20'].map((query) => `52 ${query}`),
    ]);
    await test.clock.advance(1000);
    expect(asked(test.report)).toMatchObject({ vlans: [20], queries: 20 });
  });

  it('and what it tells from then on is counted', async () => {
    const learner = new FakeLearner();
    learner.counted.set('tap0', []);
    const { test, guest } = await waiting(snapshotOf(), { learner });
    test.resume(guest);
    await test.clock.advance(100);
    learner.counted.set('tap0', [
      { igmp: 2, mld: 1 },
      { vlan: 10, igmp: 1, mld: 0 },
    ]);
    await test.clock.advance(1000);
    expect(asked(test.report)?.reports).toEqual([
      { igmp: 2, mld: 1 },
      { vlan: 10, igmp: 1, mld: 0 },
    ]);
  });

  it('but is not waited for where the host closes', async () => {
    const { test, guest } = await residing();
    const report = test.host.announce(guest, { timing: { rounds: 1 } });
    await test.clock.advance(10);
    await test.host.close();
    expect(asked(await report)?.queries).toBe(2);
    expect([test.reports.length, test.clock.pending, test.sink.openChannels]).toEqual([1, 0, 0]);
  });

  it.each(['stopped', 'gone'] as const)('but not any more after %s', async (event) => {
    const { test, guest } = await waiting();
    test.resume(guest);
    await test.clock.advance(60);
    const { length } = test.sink.queries;
    await test.tell(event, guest);
    await test.clock.advance(1000);
    expect([length, test.sink.queries.length]).toEqual([8, 8]);
    expect(test.report.outcome).toBe('superseded');
    expect(asked(test.report)?.queries).toBe(8);
  });

  it('but not where it stops before the first query is out', async () => {
    const { test, guest } = await waiting('nothing');
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0']); // which is all of the round
    await test.tell('stopped', guest);
    await test.clock.advance(1000);
    expect(test.sink.queries).toEqual([]);
    expect(test.report).not.toHaveProperty('sections');
  });

  it('but not where the migration failed, nor where the guest left again', async () => {
    const { test, guest } = await waiting();
    test.intake.failed({ guest, side: 'destination', status: 'failed' });
    await test.clock.advance(1000);
    expect([test.sink.queries, test.sink.openChannels]).toEqual([[], 0]);
  });

  it('but not where the policy does not want it', async () => {
    const { test, guest } = await waiting(snapshotOf(), { policy: { multicastRefresh: false } });
    test.resume(guest);
    await test.clock.advance(1000);
    expect([test.sink.queries, test.sink.opened]).toEqual([[], 1]);
    expect(test.report).not.toHaveProperty('sections');
    const inspection = test.host.inspect(guest);
    await test.clock.advance(1000);
    const [nic] = (await inspection).nics;
    expect(nic?.multicast).toEqual({ wanted: false, vlans: [], ready: false });
  });

  it('but not at a NIC without a port', async () => {
    const { test, guest } = await waiting(snapshotOf(), {}, (each) => {
      each.descriptors = [nicOf('nic0', { port: undefined as never }), nicOf('nic1')];
      each.cards.set('nic1', CARD);
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.queries.map(({ port }) => port))).toEqual(new Set(['tap1']));
    expect(['nic0', 'nic1'].map((nic) => asked(test.report, nic)?.queries)).toEqual([undefined, 10]);
  });

  it.each<[string, (test: TestHost) => void, string]>([
    [
      'a sink that does not send to guests',
      ({ sink }) => sink.directions.delete('to-guest'),
      'nic0: no sink of this host can send to the guest through its port tap0 of kind tap; fake-sink: not to-guest',
    ],
    [
      'a sink that cannot',
      ({ sink }) => {
        sink.opening = (direction) =>
          direction === 'to-guest' ? Promise.reject(new Error('EPERM')) : Promise.resolve();
      },
      'nic0: the sink fake-sink could not open port tap0: EPERM',
    ],
    [
      'a sink that hangs',
      ({ sink }) => {
        sink.opening = (direction) => (direction === 'to-guest' ? never() : Promise.resolve());
      },
      'its port tap0 was not open in time',
    ],
  ])('and is announced as ever by %s', async (_, upset, problem) => {
    const test = await TestHost.compose();
    upset(test);
    await test.handoff.memory.publish(snapshotOf());
    const guest = new FakeGuest();
    await test.appear(guest, 'incoming');
    expect(test.facts).toEqual(['announce:armed']);
    test.resume(guest);
    await test.clock.advance(6000);
    expect(test.sink.frames.map(({ at }) => at)).toEqual(
      [0, 50, 200, 450, 800].flatMap((at) => Array<number>(4).fill(at)),
    );
    expect(test.report).toMatchObject({ outcome: 'announced', warnings: [] });
    expect(asked(test.report)).toEqual({ vlans: [], queries: 0, problem });
    expect(test.warnings).toEqual([]);
  });
});

describe('a guest that runs here is asked for its multicast groups', () => {
  it('where it is announced late', async () => {
    const test = await TestHost.compose();
    await test.handoff.memory.publish(snapshotOf());
    await test.appear(new FakeGuest(), 'running');
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({
      cause: 'late',
      sections: { multicast: { nics: { nic0: { vlans: [10], queries: 20 } } } },
    });
  });

  it('where somebody wants it announced, at the NICs that were named', async () => {
    const learner = new FakeLearner();
    learner.counted.set('tap1', [{ igmp: 2, mld: 2 }]);
    const { test, guest } = await residing('running', { learner });
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', { macs: [mac(257)], vlans: [30] });
    const report = test.host.announce(guest, { nics: ['nic1'], timing: { rounds: 1 } });
    await test.clock.advance(149);
    expect(test.reports).toEqual([]); // it has time to answer
    learner.counted.set('tap1', [{ igmp: 3, mld: 2 }]);
    await test.clock.advance(1);
    expect(test.reports).toHaveLength(1);
    expect([...multicastOf(await report)]).toEqual([
      ['nic1', { vlans: [30], queries: 4, reports: [{ igmp: 1, mld: 0 }] }],
    ]);
    expect(new Set(test.sink.queries.map(({ port }) => port))).toEqual(new Set(['tap1']));
  });

  it('until whoever wanted it gives up', async () => {
    const { test, guest } = await residing();
    const stop = new AbortController();
    const report = test.host.announce(guest, { signal: stop.signal });
    await test.clock.advance(60);
    stop.abort();
    await test.clock.advance(1000);
    expect([(await report).outcome, test.sink.queries.length]).toEqual(['superseded', 4]);
  });
});

describe('inspect', () => {
  it('shows where a guest would be asked for its groups', async () => {
    const { test, guest } = await waiting();
    const inspection = await test.host.inspect(guest);
    expect(inspection.nics[0]?.multicast).toEqual({ wanted: true, vlans: [10], ready: true });
    await test.clock.advance(1000);
    expect([test.sink.queries, test.sink.openChannels]).toEqual([[], 2]); // those of the armed announcement
  });

  it('shows why it could not be', async () => {
    const { test, guest } = await residing();
    test.sink.directions.delete('to-guest');
    guest.cards.set('nic0', { macs: [], vlans: Array.from({ length: 600 }, (_, index) => 1 + index) });
    const inspection = await test.host.inspect(guest);
    expect(inspection.nics[0]?.multicast).toEqual({
      wanted: true,
      vlans: [],
      ready: false,
      problem:
        'it lists 600 VLANs: which of them the guest uses is not known, so it is asked on those of its stations alone; nic0: no sink of this host can send to the guest through its port tap0 of kind tap; fake-sink: not to-guest',
    });
  });
});
