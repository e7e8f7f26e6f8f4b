import { type GuestKey, type HandoffStore, parseSnapshot, type Snapshot } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { learned, mac } from '../../test/sample-nic.js';
import {
  KEY,
  migrate,
  residing,
  snapshotOf,
  TestHost,
  type TestHostOptions,
  waiting,
} from '../../test/test-host.js';

const CARD = { macs: [mac(1)], vlans: [10] };
const ALL = new Set(['0', '1', '0/10', '1/10']);
const sampleNic = { id: 'nic0', primaryMac: mac(0), model: 'fake-card', learned: [] };
const named = (name: string): FakeHandoff => new FakeHandoff({ name });

/** Two hosts with these stores, and a guest that runs on A. */
const testHosts = async (handoff: FakeHandoff, ...stores: FakeHandoff[]) => {
  const clock = new FakeClock();
  const compose = (name: string) => TestHost.compose({ name, clock, handoff, stores });
  const [a, b] = [await compose('A'), await compose('B')];
  const [leaving, coming] = [new FakeGuest('a1'), new FakeGuest('b1')];
  leaving.cards.set('nic0', CARD);
  await a.appear(leaving, 'running');
  await clock.advance(100);
  return { clock, a, b, leaving, coming };
};

describe('a guest with several hand-off stores', () => {
  it('is handed over through all of them', async () => {
    const [first, second] = [named('first'), named('second')];
    const { a, b, leaving, coming } = await testHosts(first, second);
    expect([first, second].map(({ published }) => published.length)).toEqual([1, 1]);
    expect(first.published).toEqual(second.published); // said at one time
    await migrate(a, leaving, b, coming);
    expect(new Set(b.sink.stations)).toEqual(ALL);
    for (const store of [first, second]) {
      expect(await store.fetch(KEY)).toMatchObject([{ host: 'B', snapshot: { epoch: 1 } }]);
      expect(new Set(store.removed)).toEqual(new Set([`${KEY} A`]));
    }
    expect([...a.warnings, ...b.warnings]).toEqual([]);
  });

  it.each<[string, (store: FakeHandoff) => void]>([
    ['fails', (store) => (store.trouble = store.outOfReach)],
    ['hangs', (store) => (store.trouble = never)],
  ])('loses nothing where one of them %s, which is told once in a while', async (_, spoil) => {
    const [first, second] = [named('first'), named('second')];
    spoil(second);
    const { a, b, clock, leaving, coming } = await testHosts(first, second);
    await clock.advance(5000); // what was here before is judged by all that can be read
    expect(first.published).toHaveLength(1);
    await b.appear(coming, 'incoming');
    await clock.advance(400);
    expect(b.facts).toContain('announce:armed');
    await migrate(a, leaving, b, coming);
    expect(new Set(b.sink.stations)).toEqual(ALL);
    await clock.advance(60_000);
    expect(await first.fetch(KEY)).toMatchObject([{ host: 'B', snapshot: { epoch: 1 } }]);
    for (const { warnings } of [a, b]) {
      expect(warnings.length).toBeGreaterThan(0);
      expect(warnings.length).toBeLessThan(5);
    }
  });

  it.each<[string, Partial<Snapshot>]>([
    ['moves that are no times', { moves: [Number.NaN] }],
    ['an epoch below all', { epoch: -7 }],
    ['an epoch above all', { epoch: 2 ** 53 }],
    ['another guest', { guest: 'name:other' as GuestKey }],
    ['stations that are none', { nics: [{ ...sampleNic, learned: [null as never] }] }],
    ['a station of no MAC', { nics: [{ ...sampleNic, learned: [{ station: 'x', ageMs: 0 } as never] }] }],
  ])('hands on nothing of a store that gives %s', async (_, over) => {
    const [first, second] = [named('first'), named('second')];
    second.broken = [{ host: 'C', snapshot: { ...snapshotOf({ host: 'C', epoch: 2, ...over }) } }];
    const { a, b, leaving, coming } = await testHosts(first, second);
    await migrate(a, leaving, b, coming);
    expect(new Set(b.sink.stations)).toEqual(ALL);
    expect(b.report).toMatchObject({ epoch: 1 });
    for (const each of first.published) expect(parseSnapshot(JSON.parse(JSON.stringify(each)))).toEqual(each);
    expect(b.warnings.map((each) => each.split(' ')[0])).toContain('HERALD_HANDOFF_STORE');
  });

  it('is written to none that does not serve it, and read from none', async () => {
    const [first, second] = [named('first'), named('second')];
    second.claim = async ({ hypervisor }) =>
      hypervisor.name === 'libvirt' ? { preference: 90 } : { refusal: 'no domain of libvirt' };
    await second.memory.publish(snapshotOf({ host: 'C', epoch: 9 }));
    const { b, a, leaving, coming } = await testHosts(first, second);
    await migrate(a, leaving, b, coming);
    expect(b.report).toMatchObject({ epoch: 1 });
    expect([second.published, second.removed]).toEqual([[], []]);
    expect([...a.warnings, ...b.warnings]).toEqual([]);
  });

  it('has its last words said to each, also to one that hangs just then', async () => {
    const [first, second] = [named('first'), named('second')];
    const { a, clock, leaving } = await testHosts(first, second);
    let answer = (): void => {};
    second.trouble = () =>
      new Promise<never>((resolve) => {
        answer = resolve as () => void;
      });
    leaving.cards.set('nic0', { macs: [mac(1)], vlans: [10, 20] });
    a.intake.changed({ guest: leaving, nic: 'nic0' });
    await clock.advance(100);
    leaving.cards.set('nic0', { macs: [mac(1)], vlans: [10, 20, 30] });
    await a.tell('outgoing', leaving);
    await clock.advance(100); // who else has its MACs is asked of both
    await a.tell('stopped', leaving);
    await a.tell('left', leaving);
    expect(first.published.at(-1)).toMatchObject({
      residence: 'leaving',
      nics: [{ state: { vlans: [10, 20, 30] } }],
    });
    second.trouble = undefined;
    answer();
    await clock.advance(5000);
    expect(second.published.at(-1)).toEqual(first.published.at(-1));
  });

  it('is told where a store has no room for all that it was seen to use', async () => {
    const learner = new FakeLearner();
    const small = new FakeHandoff({ name: 'small', maxEntryBytes: 4096 });
    const options: TestHostOptions = { learner, stores: [small], policy: { maxStations: 200 } };
    const seen = Array.from({ length: 100 }, (_, number) => learned(number + 100, undefined, number));
    learner.seen.set('tap0', seen);
    const { test } = await residing('running', options);
    const [whole, cut] = [test.published, small.published.at(-1)];
    expect(whole?.nics[0]?.learned).toHaveLength(100);
    const kept = cut?.nics[0]?.learned ?? [];
    expect(kept.length).toBeGreaterThan(20);
    expect(kept).toEqual(whole?.nics[0]?.learned.slice(0, kept.length));
    expect(JSON.stringify(cut).length).toBeLessThanOrEqual(4096);
    expect(cut?.writtenAt).toBe(whole?.writtenAt);
    await test.clock.advance(300_000);
    expect(test.warnings.filter((each) => each.startsWith('HERALD_HANDOFF_CUT'))).toHaveLength(1);
  });
});

describe('a store that cannot be reached at first', () => {
  const disconnected = (): FakeHandoff => new FakeHandoff({ isConnected: false });

  it('is read and written to as soon as it is back, for a guest that was here before', async () => {
    const handoff = disconnected();
    const { test } = await residing('running', { handoff });
    await test.clock.advance(20_000);
    const { length } = test.warnings;
    expect([handoff.published, length]).toEqual([[], 1]);
    handoff.memory.connect();
    await test.clock.advance(100);
    expect(handoff.published).toMatchObject([{ host: 'B', residence: 'resident' }]);
    await test.host.close();
    handoff.memory.connect();
    expect(test.clock.pending).toBe(0);
  });

  it('is written to as soon as it is back, the last words of a guest that left included', async () => {
    const handoff = new FakeHandoff();
    const { test, guest } = await residing('running', { handoff });
    handoff.memory.disconnect();
    handoff.published.splice(0);
    guest.cards.set('nic0', CARD);
    await test.tell('outgoing', guest);
    await test.tell('stopped', guest);
    await test.tell('left', guest);
    await test.clock.advance(20_000);
    expect(handoff.published).toEqual([]);
    expect(test.warnings.map((each) => each.split(' ')[0])).toContain('HERALD_HANDOFF_DISCONNECTED');
    handoff.memory.connect();
    await test.clock.advance(0);
    expect(handoff.published.at(-1)).toMatchObject({ residence: 'leaving', nics: [{ state: CARD }] });
  });

  it('is read as soon as it is back, for a guest that is awaited', async () => {
    const handoff = disconnected();
    const { test, guest } = await waiting('nothing', { handoff });
    await test.clock.advance(100);
    handoff.memory.connect();
    await handoff.memory.publish(snapshotOf());
    handoff.memory.disconnect();
    await test.clock.advance(100);
    handoff.memory.connect();
    await test.clock.advance(10);
    test.resume(guest);
    expect(new Set(test.sink.stations)).toEqual(ALL);
  });
});

describe('a store that does not say who owns a MAC', () => {
  it('holds up no announcement for long, and what it says later is heeded', async () => {
    const handoff = new FakeHandoff();
    const answers: (() => void)[] = [];
    handoff.ownersOf = (macs) =>
      new Promise((resolve) => {
        answers.push(() => resolve(handoff.memory.ownersOf(macs)));
      });
    const neighbour = [{ id: 'nic0', primaryMac: mac(1), model: 'fake-card', learned: [] }];
    await handoff.memory.publish(snapshotOf({ guest: 'name:neighbour' as GuestKey, nics: neighbour }));
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    await test.clock.advance(500);
    expect(test.facts).toContain('announce:armed');
    for (const answer of answers.splice(0)) answer();
    await test.clock.advance(1100); // it is made ready once more
    for (const answer of answers.splice(0)) answer();
    await test.clock.advance(0);
    test.resume(guest);
    expect(new Set(test.sink.stations)).toEqual(new Set(['0', '0/10']));
  });
});

describe('when a guest moved', () => {
  it('is handed on, the last five times', async () => {
    const clock = new FakeClock();
    const handoff = new FakeHandoff();
    const compose = (name: string) => TestHost.compose({ name, clock, handoff });
    const hosts = [await compose('A'), await compose('B')] as const;
    let guest = new FakeGuest('0');
    await hosts[0].appear(guest, 'running');
    await clock.advance(100);
    expect(handoff.published.at(-1)).not.toHaveProperty('moves');
    const times: number[] = [];
    for (let move = 1; move <= 7; move += 1) {
      const [from, to] = move % 2 === 1 ? hosts : [hosts[1], hosts[0]];
      const coming = new FakeGuest(String(move));
      times.push(clock.now());
      await migrate(from, guest, to, coming);
      guest = coming;
      const { moves = [] } = to.published ?? {};
      expect(moves).toHaveLength(Math.min(move, 5));
      for (const [index, at] of moves.entries()) {
        expect(Math.abs(at - (times.slice(-5)[index] ?? 0))).toBeLessThan(1000);
      }
    }
  });

  it('is known still by an agent that starts again, and forgotten with the machine', async () => {
    const moves = [1000, 2000];
    const process = { bootId: 'b', pid: 1, startTicks: 1 };
    const stayed = Object.assign(new FakeGuest('a'), { process, origin: 'incoming' as const });
    const booted = Object.assign(new FakeGuest('b'), {
      process: { ...process, pid: 2 },
      origin: 'boot' as const,
    });
    for (const [guest, expected] of [
      [stayed, moves],
      [booted, undefined],
    ] as const) {
      const handoff = new FakeHandoff();
      await handoff.memory.publish(
        snapshotOf({ host: 'B', epoch: 2, moves, process, residence: 'resident' }),
      );
      const test = await TestHost.compose({ handoff });
      await test.appear(guest, 'running');
      await test.clock.advance(1000);
      expect(test.published?.moves).toEqual(expected);
    }
  });
});

describe('what the hand-off is asked about', () => {
  it('is the MACs that may be others’, and not those that are the guest’s own', async () => {
    const handoff = new FakeHandoff();
    const hosts: (keyof HandoffStore)[] = [];
    const ofHost = handoff.ofHost.bind(handoff);
    handoff.ofHost = (host) => {
      hosts.push('ofHost');
      return ofHost(host);
    };
    const { test } = await residing('running', { handoff });
    await test.clock.advance(60_000);
    expect(new Set(handoff.questions.flat())).toEqual(new Set(await ownQuestions(test)));
    expect(hosts.length).toBeGreaterThan(0);
  });
});

/** The MACs on the card but for the primary one. */
const ownQuestions = async (test: TestHost) => {
  const [guest] = test.host.guests();
  if (guest === undefined) throw new Error('no guest');
  const { nics } = await test.host.inspect(guest);
  return nics.flatMap(({ filter, nic }) => filter.unicast.filter((each) => each !== nic.primaryMac));
};
