import type { GuestKey, Snapshot } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { type CardState, FakeGuest, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { learned, mac } from '../../test/sample-nic.js';
import { residing, snapshotOf, TestHost, waiting } from '../../test/test-host.js';

const VICTIM = snapshotOf({
  guest: 'name:victim' as GuestKey,
  host: 'C',
  nics: [{ id: 'nic0', primaryMac: mac(9), model: 'fake-card', learned: [] }],
});
const WARNING =
  "HERALD_STATION_FOREIGN nic0: the guest uses 52:54:00:00:00:09, which is another guest's primary MAC; it will not be announced for this one";

/** Host A, where a guest uses what belongs to another. */
const attacking = async (
  card: Partial<CardState>,
  seen: ReturnType<typeof learned>[] = [],
  handed: Snapshot[] = [VICTIM],
) => {
  const handoff = new FakeHandoff();
  for (const each of handed) await handoff.memory.publish(each);
  const learner = new FakeLearner();
  learner.seen.set('tap0', seen);
  const test = await TestHost.compose({ name: 'A', handoff, learner });
  const guest = new FakeGuest();
  guest.cards.set('nic0', { macs: [], vlans: [], ...card });
  await test.appear(guest, 'running');
  await test.clock.advance(20_000);
  return { test, guest, handoff, learner };
};
const foreignOf = (test: TestHost) => test.published?.nics[0]?.foreign;

describe("a neighbour's MAC", () => {
  it.each<[string, Partial<CardState>, ReturnType<typeof learned>[]]>([
    ['in the filter', { macs: [mac(9), mac(1)] }, []],
    ['as its own', { currentMac: mac(9) }, []],
    ['in its frames', {}, [learned(9), learned(9, 30), learned(1)]],
  ])('%s is refused where it is published, told of once, and handed on', async (_, card, seen) => {
    const { test } = await attacking(card, seen);
    expect(foreignOf(test)).toEqual([mac(9)]);
    await test.clock.advance(60_000);
    expect(test.warnings).toEqual([WARNING]);
  });

  it('is published as soon as its owner is known', async () => {
    const { test, handoff } = await attacking({ macs: [mac(9)] }, [], []);
    expect(foreignOf(test)).toBeUndefined();
    await handoff.memory.publish(VICTIM);
    await test.clock.advance(30_000);
    expect(foreignOf(test)).toEqual([mac(9)]);
  });

  it.each<[string, Partial<CardState>, ReturnType<typeof learned>[]]>([
    ['in the filter', { macs: [mac(9)] }, []],
    ['in its frames', {}, [learned(9)]],
  ])('that it begins to use %s is told of within the look that sees it', async (_, card, seen) => {
    const { test, guest, learner } = await attacking({});
    learner.seen.set('tap0', seen);
    guest.cards.set('nic0', { macs: [], vlans: [], ...card });
    test.intake.changed({ guest, nic: 'nic0' });
    await test.clock.advance(2000);
    expect([foreignOf(test), test.warnings]).toEqual([[mac(9)], [WARNING]]);
  });

  it('is known at the latest when the migration begins', async () => {
    const { test, guest, handoff } = await attacking({ macs: [mac(9)] }, [], []);
    await handoff.memory.publish(VICTIM);
    await test.tell('outgoing', guest);
    expect(foreignOf(test)).toEqual([mac(9)]);
  });

  it('is refused where the neighbour runs on the same host and is in no hand-off', async () => {
    const { test, guest } = await attacking({ macs: [mac(9)] }, [], []);
    const victim = new FakeGuest('two', {}); // neither UUID nor name
    victim.descriptors = [nicOf('nic0', { primaryMac: mac(9), port: { kind: 'tap', name: 'tap1' } })];
    await test.appear(victim, 'running');
    await test.clock.advance(20_000);
    expect(foreignOf(test)).toEqual([mac(9)]);
    await test.tell('gone', victim);
    guest.cards.set('nic0', { macs: [mac(9), mac(1)], vlans: [] });
    test.intake.changed({ guest, nic: 'nic0' });
    await test.clock.advance(100);
    expect(foreignOf(test)).toBeUndefined();
  });

  it.each<[string, Partial<CardState>, ReturnType<typeof learned>[]]>([
    ['in the filter', { macs: [mac(9), mac(1)], vlans: [] }, []],
    ['in its frames', { macs: [mac(1)], vlans: [] }, [learned(9), learned(9, 30)]],
  ])(
    '%s is refused at the destination, though its owner is no longer known anywhere',
    async (_, card, seen) => {
      const { test: a, guest: leaving, handoff } = await attacking(card, seen);
      await a.tell('outgoing', leaving);
      await a.tell('stopped', leaving);
      await handoff.memory.remove(VICTIM.guest, 'C');
      const learner = new FakeLearner();
      learner.seen.set('tap0', seen);
      const b = await TestHost.compose({ name: 'B', clock: a.clock, handoff, learner });
      const coming = new FakeGuest('b1');
      coming.cards.set('nic0', { macs: [], vlans: [], ...card });
      await b.arrive(coming);
      expect(new Set(b.sink.stations)).toEqual(new Set(['0', '1']));
      expect(b.report.nics[0]?.refused.map(({ mac: address, reason }) => `${address} ${reason}`)).toContain(
        `${mac(9)} owned-by-other-guest`,
      );
      // Here for as long as what is learned counts. It is not handed on: one wrong claim would never end.
      expect(foreignOf(b)).toBeUndefined();
      const announced = async (): Promise<readonly string[]> => {
        const done = b.host.announce(coming, {});
        await b.clock.advance(10_000);
        await done;
        return b.reports.at(-1)?.nics[0]?.announced.map(({ station }) => station.mac) ?? [];
      };
      expect(await announced()).not.toContain(mac(9));
      await b.clock.advance(400_000);
      expect(await announced()).toContain(mac(9));
    },
  );

  it('is nothing where it is its own primary MAC, whoever else has it', async () => {
    const clone = snapshotOf({ ...VICTIM, nics: VICTIM.nics.map((nic) => ({ ...nic, primaryMac: mac(0) })) });
    const { test } = await attacking({ macs: [mac(1)] }, [learned(0, 10)], [clone]);
    expect([foreignOf(test), test.warnings]).toEqual([undefined, []]);
  });

  it('of the same guest is not foreign: it has two cards', async () => {
    const { test, guest } = await residing('running');
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', { macs: [mac(0)], vlans: [] });
    await test.tell('changed', guest);
    await test.clock.advance(20_000);
    expect(test.published?.nics.map(({ foreign }) => foreign)).toEqual([undefined, undefined]);
  });

  it('of a snapshot that says so is refused, and is not refused for another NIC', async () => {
    const handed = snapshotOf({}, { macs: [mac(1), mac(2)], vlans: [] });
    const { test, guest } = await waiting({
      ...handed,
      nics: handed.nics.map((nic) => ({ ...nic, foreign: [mac(2)] })),
    });
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', '1']);
  });
});
