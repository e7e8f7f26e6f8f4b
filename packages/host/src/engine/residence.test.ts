import type { GuestPhase } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { KEY, snapshotOf, TestHost, type TestHostOptions } from '../../test/test-host.js';

/** Host B with a guest in this phase. */
const residing = async (phase: GuestPhase = 'running', options: TestHostOptions = {}) => {
  const test = await TestHost.compose(options);
  const guest = new FakeGuest();
  await test.appear(guest, phase);
  await test.clock.advance(100);
  return { test, guest };
};

describe('a guest that runs here', () => {
  it('is looked at and published once, and announced by nobody', async () => {
    const { test, guest } = await residing();
    await test.clock.advance(60_000);
    expect(test.handoff.published).toMatchObject([
      { guest: KEY, host: 'B', epoch: 0, nics: [{ state: CARD }] },
    ]);
    expect([test.sink.stations, test.reports, guest.inspected]).toEqual([[], [], 1]);
  });

  it.each<GuestPhase>(['running', 'paused'])(
    'is not announced by a plain cont (first seen %s)',
    async (phase) => {
      const { test, guest } = await residing(phase);
      await test.tell('guest:stopped', guest);
      test.resume(guest);
      await test.clock.advance(1000);
      expect([test.sink.stations, test.reports]).toEqual([[], []]);
      expect(test.published).toMatchObject({ epoch: 0 });
    },
  );

  it('is published and not announced where its migration away failed', async () => {
    const { test, guest } = await residing();
    await test.tell('migration:outgoing', guest);
    await test.tell('guest:stopped', guest);
    const before = test.handoff.published.length;
    test.host.bus.emit('migration:failed', { guest, side: 'source', status: 'failed' });
    test.resume(guest);
    await test.clock.advance(1000);
    expect([test.sink.stations, test.reports]).toEqual([[], []]);
    expect(test.handoff.published.length).toBeGreaterThan(before);
    expect(test.published).toMatchObject({ epoch: 0, nics: [{ state: CARD }] });
  });

  it('is looked at and published before it leaves', async () => {
    const { test, guest } = await residing();
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [30] });
    await test.tell('migration:outgoing', guest);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)], vlans: [30] } }] });
  });

  it('has published what changed just before it stopped, and nothing of what is left of it', async () => {
    const { test, guest } = await residing();
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    test.host.bus.emit('nic:filter-changed', { guest, nic: 'nic0' });
    await test.clock.settle();
    await test.tell('guest:stopped', guest);
    await test.clock.advance(100);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] });
    test.host.bus.emit('migration:completed', { guest, side: 'source' });
    guest.cards.set('nic0', { macs: [], vlans: [] });
    const { length } = test.handoff.published;
    test.host.bus.emit('nic:filter-changed', { guest, nic: 'nic0' });
    await test.tell('nic:list-changed', guest);
    await test.clock.advance(60_000);
    expect(test.handoff.published).toHaveLength(length);
  });

  it('has changes looked at together, and published', async () => {
    const { test, guest } = await residing();
    guest.inspected = 0;
    for (let times = 0; times < 100; times++) {
      guest.cards.set('nic0', { macs: [mac(times + 1)], vlans: [] });
      test.host.bus.emit('nic:filter-changed', { guest, nic: 'nic0' });
      await test.clock.advance(1);
    }
    await test.clock.advance(1000);
    expect(guest.inspected).toBe(3);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(100)] } }] });
    expect(test.handoff.published.length).toBeLessThanOrEqual(4);
  });

  it('has a NIC that came or went published', async () => {
    const { test, guest } = await residing();
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', CARD);
    await test.tell('nic:list-changed', guest);
    await test.clock.advance(100);
    expect(test.published?.nics.map(({ id }) => id)).toEqual(['nic0', 'nic1']);
  });

  it('has cards read now and then that tell of no changes, as long as it runs', async () => {
    const { test, guest } = await residing('running', { model: fakeModel({}, { pollMs: 5000 }) });
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    await test.clock.advance(5000);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] });
    expect(guest.inspected).toBe(2);
    await test.tell('guest:stopped', guest);
    await test.clock.advance(20_000);
    expect(guest.inspected).toBe(2);
    test.resume(guest);
    await test.clock.advance(5000);
    expect(guest.inspected).toBe(4);
  });

  it('keeps its VLANs through a start of the agent', async () => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf({ host: 'B', epoch: 5 }));
    const { test } = await residing('running', { handoff });
    expect(test.published).toMatchObject({ epoch: 5, nics: [{ state: { macs: [mac(1)], vlans: [10] } }] });
    expect(test.reports).toEqual([]);
  });

  it('is not published before the hand-off was read', async () => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf({ host: 'B', epoch: 5 }));
    handoff.trouble = handoff.outOfReach;
    const { test, guest } = await residing('running', { handoff });
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    test.host.bus.emit('nic:filter-changed', { guest, nic: 'nic0' });
    await test.tell('migration:outgoing', guest);
    guest.answer = () => Promise.reject(new Error('busy'));
    await test.tell('nic:list-changed', guest);
    await test.clock.advance(60_000);
    handoff.trouble = undefined;
    guest.answer = undefined;
    expect(handoff.published).toEqual([]);
    await test.clock.advance(60_000);
    expect(test.published).toMatchObject({ epoch: 5, nics: [{ state: { macs: [mac(2)], vlans: [10] } }] });
    expect(test.warnings).toEqual([
      'HERALD_TEST_HANDOFF the hand-off is out of reach',
      'HERALD_GUEST_UNREADABLE web-1 does not tell its NICs',
    ]);
  });

  it('is not published while nothing is known of it', async () => {
    const test = await TestHost.compose();
    const guest = new FakeGuest();
    guest.answer = () => Promise.reject(new Error('busy'));
    await test.appear(guest, 'running');
    await test.clock.advance(100_000);
    expect(test.handoff.published).toEqual([]);
  });

  it('warns of what its card does not tell, once', async () => {
    const incomplete = [{ reason: 'promiscuous', meaning: 'it takes every frame' }];
    const model = fakeModel();
    const { test, guest } = await residing('running', {
      model: { ...model, filter: (state) => ({ ...model.filter(state), incomplete }) },
    });
    await test.tell('nic:list-changed', guest);
    await test.clock.advance(1000);
    expect(test.warnings).toEqual(['HERALD_FILTER_INCOMPLETE nic0: promiscuous: it takes every frame']);
  });
});

describe('a guest that came unseen', () => {
  it('is announced late, with what was handed over and lost', async () => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf());
    await handoff.memory.publish(snapshotOf({ host: 'B', epoch: 1 }, { macs: [], vlans: [] }));
    const { test } = await residing('running', { handoff });
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'announced', epoch: 4 });
    expect(test.report.resumedAt).toBeUndefined();
    expect(new Set(test.sink.stations)).toEqual(new Set(['0', '1', '0/10', '1/10']));
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
  });

  it('is announced once: the next start of the agent finds its own snapshot', async () => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf());
    const first = await residing('running', { handoff });
    await first.test.host.close();
    const { test } = await residing('running', { handoff });
    expect(test.reports).toEqual([]);
    expect(test.published).toMatchObject({ epoch: 4 });
  });

  it.each<[string, TestHostOptions]>([
    [
      'a policy that throws',
      {
        policy: {
          get timing(): never {
            throw new Error('no policy');
          },
        },
      },
    ],
  ])('is told of what fails: %s', async (_, options) => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf());
    const { test } = await residing('running', { ...options, handoff });
    await test.clock.advance(1000);
    expect(test.warnings).toEqual(['HERALD_ENGINE_FAULT work for web-1 failed: no policy']);
  });
});

describe('an announcement on demand', () => {
  const pair = async (options: TestHostOptions = {}) => {
    const all = await residing('running', options);
    all.guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    all.guest.cards.set('nic1', CARD);
    return all;
  };

  it.each<[string, object, string, string]>([
    [
      'a NIC that is not there',
      { nics: ['nic0', 'eth7'] },
      'HERALD_NIC_UNKNOWN',
      'web-1 has no NIC eth7; it has nic0, nic1',
    ],
    [
      'rounds out of range',
      { timing: { rounds: 1001 } },
      'HERALD_ANNOUNCE_TIMING',
      'rounds must be a whole number from 0 to 1000, got 1001',
    ],
    ['a step out of range', { timing: { stepMs: 0 } }, 'HERALD_ANNOUNCE_TIMING', 'stepMs must be'],
  ])('is refused: %s', async (_, request, code, message) => {
    const { test, guest } = await pair();
    await expect(test.host.announce(guest, request)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as unknown,
    });
    await test.clock.advance(1000);
    expect([test.sink.stations, test.reports, test.warnings]).toEqual([[], [], []]);
  });

  it.each<GuestPhase>(['incoming', 'paused', 'migrated-away'])(
    'is refused for a guest that is %s',
    async (phase) => {
      const { test, guest } = await residing(phase);
      await expect(test.host.announce(guest)).rejects.toMatchObject({
        code: 'HERALD_GUEST_NOT_RUNNING',
        message: expect.stringContaining(phase) as unknown,
      });
    },
  );

  it('is refused for a guest that is not here', async () => {
    const { test } = await residing();
    await expect(test.host.announce(new FakeGuest('two'))).rejects.toMatchObject({
      code: 'HERALD_GUEST_UNKNOWN',
    });
    await expect(test.host.inspect(new FakeGuest('two'))).rejects.toMatchObject({
      code: 'HERALD_GUEST_UNKNOWN',
    });
  });

  it('is refused where the guest does not answer', async () => {
    const { test, guest } = await residing();
    guest.answer = () => Promise.reject(new Error('no monitor'));
    await expect(test.host.announce(guest)).rejects.toThrow('no monitor');
  });

  it('sends what the cards hold now, at the NICs and times asked for', async () => {
    const { test, guest } = await pair();
    guest.cards.set('nic1', { macs: [mac(300)], vlans: [] });
    const since = test.clock.now();
    const report = test.host.announce(guest, { nics: ['nic1'], timing: { rounds: 2, initialMs: 10 } });
    await test.clock.advance(1000);
    expect(await report).toMatchObject({
      cause: 'manual',
      outcome: 'announced',
      epoch: 0,
      nics: [{ nic: 'nic1' }],
    });
    expect((await report).rounds.map(({ startedAt }) => startedAt - since)).toEqual([0, 10]);
    expect(test.sink.frames.map(({ port, station }) => `${port} ${station}`)).toEqual(
      Array(2).fill(['tap1 256', 'tap1 300']).flat(),
    );
    expect(test.published?.nics).toHaveLength(2); // what the look found is handed on too
  });

  it.each([
    ['between rounds', 100, ['0', '1', '0', '1']],
    ['before it begins', 0, []],
  ])('can be called off %s', async (_, afterMs, sent) => {
    const { test, guest } = await residing();
    const stop = new AbortController();
    if (afterMs === 0) stop.abort();
    const report = test.host.announce(guest, { signal: stop.signal });
    await test.clock.advance(afterMs);
    stop.abort();
    await test.clock.advance(1000);
    expect((await report).outcome).toBe('superseded');
    expect(test.sink.stations).toEqual(sent);
  });

  it('ends when the guest stops', async () => {
    const { test, guest } = await residing();
    const report = test.host.announce(guest);
    await test.clock.advance(100);
    await test.tell('guest:stopped', guest);
    expect((await report).outcome).toBe('superseded');
  });

  it('ends when the host closes', async () => {
    const { test, guest } = await residing();
    const report = test.host.announce(guest);
    await test.clock.advance(100);
    await test.host.close();
    expect((await report).outcome).toBe('superseded');
    const late = test.host.announce(guest);
    await expect(late).rejects.toMatchObject({ code: 'HERALD_GUEST_UNKNOWN' });
  });

  it('never begins where the host closes while it is made ready', async () => {
    const { test, guest } = await residing();
    let open = (): void => {};
    test.sink.opening = () =>
      new Promise<void>((resolve) => {
        open = resolve;
      });
    const report = expect(test.host.announce(guest)).resolves.toMatchObject({ outcome: 'superseded' });
    await test.clock.settle();
    const closed = test.host.close();
    open();
    await closed;
    await report.catch(() => {});
    await test.clock.advance(1000);
    expect([test.sink.stations, test.sink.openChannels, test.clock.pending]).toEqual([[], 0, 0]);
  });
});

describe('two hosts', () => {
  const testHosts = async () => {
    const clock = new FakeClock();
    const handoff = new FakeHandoff();
    const [a, b] = await Promise.all(['A', 'B'].map((name) => TestHost.compose({ name, clock, handoff })));
    if (a === undefined || b === undefined) throw new Error('no hosts');
    /** The guest leaves one process for another, which loses the VLANs of its card. */
    const migrate = async (
      from: TestHost,
      leaving: FakeGuest,
      to: TestHost,
      instance: string,
    ): Promise<FakeGuest> => {
      const coming = new FakeGuest(instance);
      await to.appear(coming, 'incoming');
      await from.tell('migration:outgoing', leaving);
      await from.tell('guest:stopped', leaving);
      to.resume(coming);
      from.host.bus.emit('migration:completed', { guest: leaving, side: 'source' });
      await clock.advance(100);
      await from.tell('guest:gone', leaving);
      await clock.advance(1000);
      return coming;
    };
    return { clock, handoff, a, b, migrate };
  };
  const ALL = new Set(['0', '1', '0/10', '1/10']);

  it('know the VLANs still, there and back again, each migration a new epoch', async () => {
    const { clock, handoff, a, b, migrate } = await testHosts();
    const first = new FakeGuest('a1');
    first.cards.set('nic0', { macs: [mac(1)], vlans: [10] });
    await a.appear(first, 'running');
    await clock.advance(100);
    const second = await migrate(a, first, b, 'b1');
    expect(b.report).toMatchObject({ cause: 'migration', epoch: 1, host: 'B' });
    expect(new Set(b.sink.stations)).toEqual(ALL);
    await migrate(b, second, a, 'a2');
    expect(a.report).toMatchObject({ cause: 'migration', epoch: 2, host: 'A' });
    expect(new Set(a.sink.stations)).toEqual(ALL);
    expect(await handoff.fetch(KEY)).toMatchObject([
      { host: 'A', snapshot: { epoch: 2, nics: [{ state: { vlans: [10] } }] } },
    ]);
    expect([...a.warnings, ...b.warnings]).toEqual([]);
  });

  it('announce a guest that moves between two processes of one of them', async () => {
    const { clock, handoff, a, migrate } = await testHosts();
    const first = new FakeGuest('a1');
    first.cards.set('nic0', { macs: [mac(1)], vlans: [10] });
    await a.appear(first, 'running');
    await clock.advance(100);
    await migrate(a, first, a, 'a2');
    expect(a.report).toMatchObject({ cause: 'migration', epoch: 1 });
    expect(new Set(a.sink.stations)).toEqual(ALL);
    expect(handoff.watchers).toBe(0); // nobody is waited for: it is here
    await clock.advance(700_000);
    expect(await handoff.fetch(KEY)).toMatchObject([
      { host: 'A', snapshot: { epoch: 1, nics: [{ state: { vlans: [10] } }] } },
    ]);
    expect(handoff.removed).toEqual([]);
  });

  it('leave to the guest that runs what it publishes, where it moved within one of them', async () => {
    const { clock, handoff, a } = await testHosts();
    const [old, young] = [new FakeGuest('a1'), new FakeGuest('a2')];
    await a.appear(old, 'running');
    await clock.advance(100);
    await a.appear(young, 'incoming');
    old.cards.set('nic0', { macs: [mac(7)], vlans: [] });
    a.host.bus.emit('nic:filter-changed', { guest: old, nic: 'nic0' });
    await clock.settle();
    await a.tell('guest:stopped', old);
    a.resume(young);
    await clock.advance(60_000);
    expect(await handoff.fetch(KEY)).toMatchObject([{ snapshot: { epoch: 1, nics: [{ state: CARD }] } }]);
  });

  it('lose their entry of a guest that was shut down, and not of one whose monitor came back', async () => {
    const { clock, handoff, a } = await testHosts();
    const guest = new FakeGuest();
    await a.appear(guest, 'running');
    await clock.advance(100);
    await a.tell('guest:gone', guest);
    await clock.advance(30_000);
    await a.appear(guest, 'running');
    await clock.advance(100_000);
    expect(handoff.removed).toEqual([]);
    await a.tell('guest:gone', guest);
    await clock.advance(60_000);
    expect(handoff.removed).toEqual([`${KEY} A`]);
  });

  it('see a guest again that is told of twice, once', async () => {
    const { clock, a } = await testHosts();
    const guest = new FakeGuest();
    await a.appear(guest, 'running');
    await a.appear(guest, 'running');
    await clock.advance(1000);
    expect(a.host.guests()).toEqual([guest]);
    expect(a.sink.openChannels).toBe(0);
  });
});

describe('a guest that hangs', () => {
  it('holds up neither another guest nor the end', async () => {
    const test = await TestHost.compose();
    const [hung, good] = [new FakeGuest('one'), new FakeGuest('two', { name: 'web-2' })];
    hung.answer = never;
    await test.appear(hung, 'running');
    await test.appear(good, 'running');
    await test.clock.advance(100);
    expect(test.handoff.published.map(({ guest }) => guest)).toEqual(['name:web-2']);
    await test.host.close();
    expect(test.clock.pending).toBe(0);
  });
});
