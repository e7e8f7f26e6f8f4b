import type { GuestPhase } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { KEY, residing, snapshotOf, TestHost, type TestHostOptions } from '../../test/test-host.js';

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
      await test.tell('stopped', guest);
      test.resume(guest);
      await test.clock.advance(1000);
      expect([test.sink.stations, test.reports]).toEqual([[], []]);
      expect(test.published).toMatchObject({ epoch: 0 });
    },
  );

  it('is published and not announced where its migration away failed', async () => {
    const { test, guest } = await residing();
    await test.tell('outgoing', guest);
    await test.tell('stopped', guest);
    const before = test.handoff.published.length;
    test.intake.failed({ guest, side: 'source', status: 'failed' });
    test.resume(guest);
    await test.clock.advance(1000);
    expect([test.sink.stations, test.reports]).toEqual([[], []]);
    expect(test.handoff.published.length).toBeGreaterThan(before);
    expect(test.published).toMatchObject({ epoch: 0, nics: [{ state: CARD }] });
  });

  it('is looked at and published before it leaves', async () => {
    const { test, guest } = await residing();
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [30] });
    await test.tell('outgoing', guest);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)], vlans: [30] } }] });
  });

  it('has published what changed just before it stopped, and nothing of what is left of it', async () => {
    const { test, guest } = await residing();
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    test.intake.changed({ guest, nic: 'nic0' });
    await test.clock.settle();
    await test.tell('stopped', guest);
    await test.clock.advance(100);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] });
    test.intake.left({ guest });
    guest.cards.set('nic0', { macs: [], vlans: [] });
    const { length } = test.handoff.published;
    test.intake.changed({ guest, nic: 'nic0' });
    await test.tell('changed', guest);
    await test.clock.advance(60_000);
    expect(test.handoff.published).toHaveLength(length);
  });

  it('has changes looked at together, and published', async () => {
    const { test, guest } = await residing();
    guest.inspected = 0;
    for (let times = 0; times < 100; times++) {
      guest.cards.set('nic0', { macs: [mac(times + 1)], vlans: [] });
      test.intake.changed({ guest, nic: 'nic0' });
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
    await test.tell('changed', guest);
    await test.clock.advance(100);
    expect(test.published?.nics.map(({ id }) => id)).toEqual(['nic0', 'nic1']);
  });

  it('has cards read now and then that tell of no changes, as long as it runs', async () => {
    const { test, guest } = await residing('running', { model: fakeModel({}, { pollMs: 5000 }) });
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [] });
    await test.clock.advance(5000);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] });
    expect(guest.inspected).toBe(2);
    await test.tell('stopped', guest);
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
    test.intake.changed({ guest, nic: 'nic0' });
    await test.tell('outgoing', guest);
    guest.answer = () => Promise.reject(new Error('busy'));
    await test.tell('changed', guest);
    await test.clock.advance(60_000);
    handoff.trouble = undefined;
    guest.answer = undefined;
    expect(handoff.published).toEqual([]);
    await test.clock.advance(60_000);
    expect(test.published).toMatchObject({ epoch: 5, nics: [{ state: { macs: [mac(2)], vlans: [10] } }] });
    expect(test.warnings).toEqual([
      'HERALD_TEST_HANDOFF the hand-off is out of reach',
      'HERALD_GUEST_UNREADABLE web-1 does not tell its NICs: busy',
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
    await test.tell('changed', guest);
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
