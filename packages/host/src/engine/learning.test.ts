import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { learned, mac, seenSomewhere, station } from '../../test/sample-nic.js';
import {
  migrate,
  residing,
  snapshotOf,
  TestHost,
  type TestHostOptions,
  waiting,
} from '../../test/test-host.js';

const learnedOf = (test: TestHost) => test.published?.nics[0]?.learned;
const handing = (...stations: ReturnType<typeof learned>[]) => {
  const handed = snapshotOf();
  return { ...handed, nics: handed.nics.map((nic) => ({ ...nic, learned: stations })) };
};
const settled = (options: TestHostOptions = {}) => residing('running', options);

describe('a guest that runs where its ports are learned at', () => {
  it('has what it was seen to use published, as it is seen', async () => {
    const learner = new FakeLearner();
    const { test } = await settled({ learner });
    expect(learnedOf(test)).toEqual([]);
    learner.seen.set('tap0', [learned(5, 22, 3)]);
    await test.clock.advance(10_000);
    expect(learnedOf(test)).toMatchObject([{ station: station(5, 22) }]);
  });

  it('is published three times within the time for which it is believed, not because ages change', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5, 22, 3), learned(6, 22, 4)]);
    const { test } = await settled({ learner });
    const { length } = test.handoff.published;
    for (let round = 0; round < 20; round++) {
      learner.seen.set('tap0', [learned(5, 22, round % 7), learned(6, 22, round % 5)]);
      await test.clock.advance(10_000);
    }
    expect(learner.reads).toBeGreaterThanOrEqual(20);
    expect(test.handoff.published.length - length).toBe(2); // in 200 s, of which it counts for 300
  });

  it('has a station published no more that was not seen for too long', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5, 22)]);
    const { test } = await settled({ learner, policy: { learnedMaxAgeMs: 25_000 } });
    learner.seen.clear();
    await test.clock.advance(20_000);
    expect(learnedOf(test)).toHaveLength(1);
    await test.clock.advance(20_000);
    expect(learnedOf(test)).toEqual([]);
  });

  it('is warned of once where it sends from more stations than it may have', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5), learned(6)]);
    const { test } = await settled({ learner, policy: { maxStations: 2 } });
    expect(test.warnings).toEqual([]);
    learner.seen.set('tap0', [learned(5), learned(6), learned(7)]);
    await test.clock.advance(20_000);
    expect(test.warnings).toEqual([expect.stringMatching(/^HERALD_STATIONS_OVERFLOW nic0: .* the 2 /)]);
  });

  it('is not read any more often than need be, and not at all without a learner', async () => {
    const learner = new FakeLearner();
    const { test } = await settled({ learner });
    const { reads } = learner;
    await test.clock.advance(60_000);
    expect(learner.reads - reads).toBe(6);
    const without = await settled();
    expect(without.test.clock.pending).toBe(1); // its entry is written anew now and then
  });

  it('has cards read that want it as often as the ports', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await settled({ learner, model: fakeModel({}, { pollMs: 10_000 }) });
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    await test.clock.advance(10_000);
    expect(guest.inspected).toBe(2);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] });
  });

  it('is learned at anew once its port is back', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5, 22)]);
    const { test } = await settled({ learner });
    learner.ports.delete('tap0');
    await test.clock.advance(30_000);
    expect(learnedOf(test)).toHaveLength(1); // what was seen was seen
    learner.ports.add('tap0');
    learner.seen.set('tap0', [learned(6, 22)]);
    await test.clock.advance(10_100);
    expect(learnedOf(test)?.map(({ station }) => station.mac)).toEqual([mac(6), mac(5)]);
    expect(test.warnings).toEqual(['HERALD_TEST_PORT tap0 went away', 'HERALD_TEST_PORT tap0 is not there']);
  });

  it('loses to a learner that hangs what it learns, and nothing else', async () => {
    const learner = new FakeLearner();
    const handoff = new FakeHandoff();
    learner.opening = never;
    learner.reading = never;
    const { test, guest } = await settled({ learner, handoff });
    await test.clock.advance(5000);
    expect(test.published).toMatchObject({ nics: [{ state: CARD, learned: [] }] });
    learner.opening = undefined;
    await test.tell('changed', guest);
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    test.intake.changed({ guest, nic: 'nic0' });
    await test.clock.advance(10_000);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] });
    learner.closing = never;
    const closing = test.host.close();
    await test.clock.advance(10_000);
    await closing;
    expect(test.clock.pending).toBe(0);
  });

  it('hands on what was learned of a NIC with no model at all', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5)]);
    const { test } = await settled({ learner, model: fakeModel({ matches: () => false }) });
    expect(test.published).toMatchObject({ nics: [{ model: 'primary-mac', learned: [learned(5)] }] });
  });

  it('forgets what a NIC that went was seen to use', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5)]);
    const { test, guest } = await settled({ learner });
    guest.descriptors = [nicOf('nic1')];
    guest.cards.set('nic1', CARD);
    await test.tell('changed', guest);
    await test.clock.advance(100);
    learner.seen.clear();
    guest.descriptors = [nicOf('nic0')];
    await test.tell('changed', guest);
    await test.clock.advance(100);
    expect(learnedOf(test)).toEqual([]);
  });
});

describe('a guest that leaves', () => {
  it('has what it used last published as the migration begins, and again when it stops, without asking QEMU', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await settled({ learner });
    learner.seen.set('tap0', [learned(5, 22, 50)]);
    await test.tell('outgoing', guest);
    expect(learnedOf(test)).toEqual([learned(5, 22, 50)]);
    learner.seen.set('tap0', [learned(5, 22, 50), learned(6, 22)]);
    const { inspected } = guest;
    guest.answer = never;
    await test.tell('stopped', guest);
    expect(learnedOf(test)).toEqual([learned(6, 22), learned(5, 22, 50)]);
    expect(guest.inspected).toBe(inspected);
  });

  it('is published as leaving, also where it was seen with nothing new', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5, 22)]);
    const { test, guest } = await settled({ learner });
    await test.tell('outgoing', guest);
    const { length } = test.handoff.published;
    learner.seen.set('tap0', [learned(5, 22, 9)]);
    await test.tell('stopped', guest);
    await test.clock.advance(1000);
    expect(test.handoff.published).toHaveLength(length + 1);
    expect(test.published?.residence).toBe('leaving');
  });

  it('is published with fresh ages when its migration begins', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(5, 22, 0)]);
    const { test, guest } = await settled({ learner });
    learner.seen.clear();
    await test.clock.advance(1000);
    await test.tell('outgoing', guest);
    expect(learnedOf(test)).toEqual([learned(5, 22, 1100)]);
  });

  it('is read and published at STOP also where nobody told that it leaves, and no more while it is stopped', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await settled({ learner });
    learner.seen.set('tap0', [learned(6, 22)]);
    const { reads } = learner;
    await test.tell('stopped', guest);
    expect(learnedOf(test)).toEqual([learned(6, 22)]);
    await test.clock.advance(60_000);
    expect(learner.reads).toBe(reads + 1);
    expect(guest.inspected).toBe(1);
  });
});

describe('a guest that comes', () => {
  it('is learned at before it says its first word', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await waiting(snapshotOf(), { learner });
    // Read once for the reports of its groups until now, and the card not at all.
    expect([learner.log, learner.reads, guest.inspected]).toEqual([['open tap0'], 1, 0]);
    learner.seen.set('tap0', [learned(7, 30)]);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(learner.log).toEqual(['open tap0']);
    expect(test.report.nics[0]?.added).toMatchObject([
      { evidence: 'learned', station: { mac: mac(7), vlan: 30 } },
    ]);
  });

  it('keeps what was carried here as it grows older, and takes over what it says here', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await waiting(handing(learned(5, 20, 1000), learned(6, 20, 299_000)), {
      learner,
    });
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations.slice(0, 3)).toEqual(['0', '5/20', '6/20']);
    learner.seen.set('tap0', [learned(7, 20)]);
    await test.clock.advance(10_100);
    expect(learnedOf(test)?.map(({ station }) => station.mac)).toEqual([mac(7), mac(5)]);
    await test.tell('outgoing', guest);
    await test.clock.advance(0);
    expect(learnedOf(test)?.[1]).toEqual(learned(5, 20, 11_100));
  });

  it('is not announced at what was seen too long ago for this host', async () => {
    const { test, guest } = await waiting(handing(learned(5, 20, 5000), learned(6, 20, 5001)), {
      policy: { learnedMaxAgeMs: 5000 },
    });
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', '5/20', '1', '0/10', '1/10']);
  });

  it.each([1, 5])('has its learner told of all that is put in, with %d rounds', async (rounds) => {
    const learner = new FakeLearner();
    const policy = { timing: { initialMs: 50, maxMs: 550, rounds, stepMs: 100 } };
    const { test, guest } = await waiting(snapshotOf({}, { vlans: [] }), { learner, policy }, (each) =>
      each.cards.set('nic0', { macs: [mac(1), mac(2)], vlans: [] }),
    );
    test.resume(guest);
    await test.clock.advance(0);
    // Before the port is read for the first time, or our own first frames would be the guest's.
    expect(learner.told.length).toBeGreaterThan(0);
    await test.clock.advance(2000);
    const [own, listed, found] = [mac(0), mac(1), mac(2)];
    expect(learner.told[0]).toEqual([own, listed]);
    expect(learner.told.filter((each) => each.includes(found)).length).toBeGreaterThanOrEqual(rounds);
    expect(learner.told.at(-1)).toEqual([own, listed, found]);
  });

  it('is told to its learner after each round, the last one too', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await waiting(snapshotOf(), { learner });
    test.resume(guest);
    for (const at of [0, 50, 200, 450, 800]) {
      await test.clock.advance(at - (test.clock.now() - test.sink.since));
      const { length } = learner.told;
      expect([at, length > 0]).toEqual([at, true]);
      learner.told.length = 0;
      await test.clock.advance(1);
    }
    expect(test.reports).toHaveLength(1);
  });

  it('has its learner told of what is found late, when the rounds are over', async () => {
    const learner = new FakeLearner();
    const policy = { timing: { initialMs: 50, maxMs: 550, rounds: 1, stepMs: 100 } };
    let answer = (): void => {};
    const { test, guest } = await waiting('nothing', { learner, policy }, (each) =>
      each.cards.set('nic0', async () => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return CARD;
      }),
    );
    test.resume(guest);
    await test.clock.advance(1000);
    expect(learner.told.flat()).not.toContain(mac(1));
    answer();
    await test.clock.advance(1000);
    expect(learner.told.at(-1)).toEqual([mac(0), mac(1)]);
  });

  it('has its learner told before the port is read', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await waiting(snapshotOf(), {
      learner,
      model: fakeModel({ matches: () => false }),
    });
    let toldBefore = -1;
    learner.reading = async () => {
      if (toldBefore < 0) toldBefore = learner.told.length;
    };
    test.resume(guest);
    await test.clock.advance(100);
    expect(toldBefore).toBeGreaterThan(0);
  });

  it.each(['outgoing', 'stopped'] as const)(
    'has its learner told before the port is read while a round takes its time, at %s',
    async (event) => {
      const learner = new FakeLearner();
      const pacing = { framesPerSecond: 10, burst: 1 };
      const { test, guest } = await waiting(snapshotOf(), { learner, pacing });
      test.resume(guest);
      await test.clock.advance(250);
      expect(test.sink.stations).toEqual(['0', '1', '0/10']);
      let told = -1;
      learner.told.length = 0;
      learner.reading = async () => {
        if (told < 0) told = learner.told.length;
      };
      await test.tell(event, guest);
      await test.clock.advance(0);
      expect(told).toBeGreaterThan(0);
    },
  );

  it('is announced by a learner that does not look at VLANs untagged, and by guesses on those of its card', async () => {
    const learner = new FakeLearner();
    learner.exactVlans = false;
    learner.seen.set('tap0', [learned(5, undefined, 10)]);
    const { test: source } = await settled({ learner, name: 'A' });
    expect(learnedOf(source)).toEqual([seenSomewhere(5, 10)]);
    const { test, guest } = await waiting(handing(seenSomewhere(5)));
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', '5', '1', '0/10', '1/10', '5/10']);
    await test.clock.advance(1000);
    expect(test.report.nics[0]?.announced.map(({ evidence }) => evidence)).toEqual([
      'primary',
      'learned',
      'filter',
      'paired',
      'paired',
      'paired',
    ]);
  });
});

describe('there and back again', () => {
  it.each([true, false])(
    'a guess is a guess still, and what was seen was seen (exact VLANs: %s)',
    async (exactVlans) => {
      const clock = new FakeClock();
      const handoff = new FakeHandoff();
      const learners = [new FakeLearner(), new FakeLearner()] as const;
      for (const learner of learners) learner.exactVlans = exactVlans;
      const [a, b] = [
        await TestHost.compose({ name: 'A', clock, handoff, learner: learners[0] }),
        await TestHost.compose({ name: 'B', clock, handoff, learner: learners[1] }),
      ];
      const [first, second, third] = ['a1', 'b1', 'a2'].map((instance) => new FakeGuest(instance));
      if (first === undefined || second === undefined || third === undefined) throw new Error('no guests');
      first.cards.set('nic0', { macs: [mac(1)], vlans: [10] });
      learners[0].seen.set('tap0', [learned(5, exactVlans ? 22 : undefined)]);
      await a.appear(first, 'running');
      await clock.advance(100);
      await migrate(a, first, b, second);
      learners[0].seen.clear();
      await migrate(b, second, a, third);
      for (const { report } of [a, b]) {
        const evidence = Object.fromEntries(
          report.nics.flatMap(({ announced, added }) =>
            [...announced, ...added].map((each) => [
              `${each.station.mac.slice(-1)}/${each.station.vlan ?? ''}`,
              each.evidence,
            ]),
          ),
        );
        expect(evidence).toEqual({
          '0/': 'primary',
          '1/': 'filter',
          '0/10': 'paired',
          '1/10': 'paired',
          ...(exactVlans ? { '5/22': 'learned' } : { '5/': 'learned', '5/10': 'paired' }),
        });
      }
      expect(a.report).toMatchObject({ epoch: 2, host: 'A' });
    },
  );
});
