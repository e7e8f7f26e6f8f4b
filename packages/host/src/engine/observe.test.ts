import type { AnnounceMode, MigrationReport } from '@nic-herald/core';
import { multicastOf } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { learned, mac } from '../../test/sample-nic.js';
import { residing, snapshotOf, TestHost, type TestHostOptions, waiting } from '../../test/test-host.js';

const OBSERVE = { policy: { mode: 'observe' } } as const satisfies TestHostOptions;

describe('a guest that is only observed, where something is wrong', () => {
  it.each<[string, (test: TestHost) => void, MigrationReport['warnings']]>([
    [
      'its port went away',
      (test) => test.sink.ports.clear(),
      [{ code: 'HERALD_TEST_PORT', message: 'nic0: tap0 went away' }],
    ],
    [
      'its port is down',
      (test) => {
        test.sink.look = async () => ({ ready: false, code: 'HERALD_PORT_DOWN', message: 'tap0 is down' });
      },
      [{ code: 'HERALD_PORT_DOWN', message: 'nic0: tap0 is down' }],
    ],
    [
      'the system would refuse its frames',
      (test) => {
        test.sink.refusal = () => ({ accepted: 0, failure: 'ENOBUFS at frame 0' });
      },
      [],
    ],
  ])('is told of it in its report: %s', async (_, upset, warnings) => {
    const { test, guest } = await waiting(snapshotOf(), OBSERVE);
    test.resume(guest);
    upset(test);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ outcome: 'observed', mode: 'observe', warnings });
  });

  it('has no port: there is nothing that would be sent', async () => {
    const { test, guest } = await waiting(snapshotOf(), OBSERVE, (each) => {
      each.descriptors = [{ ...nicOf('nic0'), port: { kind: 'ovs', name: 'p0' } }];
    });
    test.resume(guest);
    await test.clock.advance(1000);
    const { outcome, warnings } = test.report;
    expect([outcome, warnings.map(({ code }) => code)]).toEqual([
      'nothing-to-announce',
      ['HERALD_NIC_NO_SINK'],
    ]);
  });

  it.each(['Observe', 'off', '', null, true])('sends nothing where the policy says %j', async (mode) => {
    const { test, guest } = await waiting(snapshotOf(), { policy: { mode: mode as never } });
    test.resume(guest);
    await test.clock.advance(1000);
    expect([test.sink.stations, test.sink.queries, test.report.outcome]).toEqual([[], [], 'observed']);
  });

  it('is superseded where it stops meanwhile, and owes what it owed', async () => {
    const pacing = { framesPerSecond: 100, burst: 1 };
    const { test, guest } = await waiting(snapshotOf(), { ...OBSERVE, pacing });
    test.resume(guest);
    await test.clock.advance(15);
    await test.tell('stopped', guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ outcome: 'superseded', mode: 'observe' });
    test.resume(guest);
    await test.clock.advance(3000);
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'observed' });
    expect(test.sink.stations).toEqual([]);
  });
});

/** A way to be announced: what has frames sent, and under which options. */
type Path = readonly [name: string, (options: TestHostOptions) => Promise<TestHost>, TestHostOptions];

const arriving =
  (
    meanwhile: (test: TestHost, guest: FakeGuest) => Promise<void> = async () => {},
    over?: (guest: FakeGuest) => void,
  ) =>
  async (options: TestHostOptions): Promise<TestHost> => {
    const { test, guest } = await waiting(snapshotOf(), options, over);
    test.resume(guest);
    await meanwhile(test, guest);
    await test.clock.advance(3000);
    return test;
  };

const PATHS: readonly Path[] = [
  ['its arrival, all rounds', arriving(), {}],
  ['at a slow pace', arriving(), { pacing: { framesPerSecond: 100, burst: 1 } }],
  [
    'what its card has beyond the hand-off',
    arriving(undefined, (guest) => guest.cards.set('nic0', { macs: [mac(1), mac(7)], vlans: [10, 30] })),
    {},
  ],
  [
    'what is withdrawn',
    arriving(undefined, (guest) => guest.cards.set('nic0', { macs: [], vlans: [10] })),
    {},
  ],
  [
    "the source's last words",
    arriving(async (test) => {
      await test.clock.advance(10);
      const { nics, ...late } = snapshotOf();
      await test.handoff.memory.publish({
        ...late,
        nics: nics.map((nic) => ({ ...nic, learned: [learned(5, 20), learned(6)] })),
      });
    }),
    {},
  ],
  [
    'a late announcement',
    async (options) => {
      const handoff = new FakeHandoff();
      await handoff.memory.publish(snapshotOf());
      const { test } = await residing('running', { ...options, handoff });
      await test.clock.advance(1000);
      return test;
    },
    {},
  ],
  [
    'an announcement on demand',
    async (options) => {
      const { test, guest } = await residing('running', options);
      const report = test.host.announce(guest, { timing: { rounds: 2 } });
      await test.clock.advance(1000);
      expect((await report).cause).toBe('manual');
      return test;
    },
    {},
  ],
];

/** What of a report does not depend on whether frames are sent. */
const planned = (of: MigrationReport) => {
  const { mode: _, outcome: __, id: ___, sections: ____, rounds, nics, ...report } = of;
  return {
    ...report,
    nics: nics.map(({ firedBy: ______, unarmed: _______, ...nic }) => nic),
    rounds: rounds.map(({ accepted: _____, ...round }) => round),
    vlans: [...multicastOf(of)].map(([nic, { vlans }]) => [nic, vlans]),
  };
};

describe('a guest that is only observed', () => {
  it.each<Path>(PATHS)('has nothing sent, and all of it reported: %s', async (_, play, options) => {
    const announced = await play({ ...options, policy: { mode: 'announce' } });
    const observed = await play({ ...options, ...OBSERVE });
    expect(announced.sink.stations.length).toBeGreaterThan(0);
    expect([observed.sink.stations, observed.sink.queries]).toEqual([[], []]);
    expect(announced.report).not.toHaveProperty('mode');
    const { report } = observed;
    expect(report).toMatchObject({ mode: 'observe', outcome: 'observed', warnings: [] });
    expect(report.rounds.map(({ accepted }) => accepted)).toEqual(report.rounds.map(() => 0));
    const asked = multicastOf(report);
    const asks = report.nics.map(({ nic }) => [asked.get(nic)?.queries, asked.get(nic)?.reports]);
    expect(asks).toEqual(report.nics.map(() => [0, undefined]));
    expect(planned(report)).toEqual(planned(announced.report));
    expect(observed.facts).toEqual(announced.facts);
    expect({ ...observed.published, writer: 'any' }).toEqual({ ...announced.published, writer: 'any' });
  });

  it('is not asked for its groups where the policy does not want it', async () => {
    const { test, guest } = await waiting(snapshotOf(), {
      policy: { mode: 'observe', multicastRefresh: false },
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report.nics[0]).not.toHaveProperty('multicast');
  });

  it('has its debt settled: the next start of the agent announces nothing, whatever its mode', async () => {
    const handoff = new FakeHandoff();
    const { test, guest } = await waiting(snapshotOf(), { ...OBSERVE, handoff });
    await handoff.memory.publish(snapshotOf());
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.published).toMatchObject({ residence: 'resident', epoch: 4 });
    await test.host.close();
    for (const mode of ['observe', 'announce'] as const) {
      const next = await residing('running', { policy: { mode }, handoff });
      await next.test.clock.advance(2000);
      expect([next.test.reports, next.test.sink.stations]).toEqual([[], []]);
      await next.test.host.close();
    }
  });

  it.each<[AnnounceMode, readonly string[][]]>([
    ['announce', [['52:54:00:00:00:00']]],
    ['observe', []],
  ])('under %s the learner is told of what was truly sent', async (mode, told) => {
    const learner = new FakeLearner();
    const { test, guest } = await waiting('nothing', { policy: { mode }, learner }, (each) =>
      each.cards.set('nic0', { macs: [], vlans: [] }),
    );
    test.resume(guest);
    await test.clock.advance(60);
    await test.tell('stopped', guest);
    await test.clock.advance(1000);
    expect([...new Set(learner.told.map((each) => each.join()))].map((each) => [each])).toEqual(told);
  });

  it.each<[AnnounceMode, AnnounceMode, string, number]>([
    ['observe', 'announce', 'observed', 0],
    ['announce', 'observe', 'announced', 20],
  ])('armed under %s stays so though the policy says %s by then', async (armed, later, outcome, frames) => {
    let mode = armed;
    const { test, guest } = await waiting(snapshotOf(), { policy: () => ({ mode }) }, (each) => {
      each.cards.set('nic0', { macs: [mac(1)], vlans: [10] });
    });
    mode = later;
    test.resume(guest);
    await test.clock.advance(1000);
    expect([test.report.outcome, test.sink.stations.length]).toEqual([outcome, frames]);
    expect(test.sink.queries.length).toBe(frames);
  });

  it('stays observed to its end, though a NIC is found when the policy says otherwise', async () => {
    let mode: AnnounceMode = 'observe';
    const { test, guest } = await waiting(snapshotOf(), { policy: () => ({ mode }) });
    mode = 'announce';
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', CARD);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report.nics.map(({ nic, added }) => [nic, added.length > 0])).toEqual([
      ['nic0', false],
      ['nic1', true],
    ]);
    expect([test.sink.stations, test.sink.queries, test.report.outcome]).toEqual([[], [], 'observed']);
  });

  it('is read anew at the next arming', async () => {
    let mode: AnnounceMode = 'observe';
    const { test, guest } = await waiting(snapshotOf(), { policy: () => ({ mode }) });
    mode = 'announce';
    await test.tell('incoming', guest); // made ready anew
    test.resume(guest);
    await test.clock.advance(1000);
    expect([test.report.outcome, test.sink.stations.length > 0]).toEqual(['announced', true]);
    await test.host.close();
    expect(test.sink.openChannels).toBe(0);
  });

  it('delays nobody beside it that is announced', async () => {
    const pacing = { framesPerSecond: 100, burst: 1 };
    const left: (readonly string[])[] = [];
    for (const beside of ['nobody', 'one that is observed']) {
      const test = await TestHost.compose({
        pacing,
        policy: ({ name }) => ({ mode: name === 'db' ? 'observe' : 'announce' }),
      });
      await test.handoff.memory.publish(snapshotOf());
      const guest = new FakeGuest();
      const db = new FakeGuest('qemu-2', { name: 'db' });
      db.descriptors = [nicOf('nic1')];
      await test.appear(guest, 'incoming');
      if (beside !== 'nobody') {
        await test.appear(db, 'incoming');
        test.resume(db);
      }
      test.resume(guest);
      await test.clock.advance(3000);
      left.push(test.sink.frames.map(({ at, port, station }) => `${at} ${port} ${station}`));
      const outcomes = test.reports.map(({ guest: { name }, outcome }) => `${name} ${outcome}`);
      expect(outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual(
        beside === 'nobody' ? ['web-1 announced'] : ['db observed', 'web-1 announced'],
      );
    }
    expect(left[1]).toEqual(left[0]);
  });

  it.each<AnnounceMode>(['announce', 'observe'])('is inspected under %s, and so told', async (mode) => {
    const { test, guest } = await residing('running', { policy: { mode } });
    expect(await test.host.inspect(guest)).toMatchObject({ mode, nics: [{ sink: { ready: true } }] });
    expect(test.sink.stations).toEqual([]);
  });
});
