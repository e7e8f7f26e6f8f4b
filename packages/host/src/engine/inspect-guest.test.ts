import { HeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, nicOf } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { snapshotOf, TestHost } from '../../test/test-host.js';

describe('inspect', () => {
  it('shows a guest that runs as its cards are now, and sends nothing', async () => {
    const test = await TestHost.compose();
    const guest = new FakeGuest();
    await test.appear(guest, 'running');
    guest.cards.set('nic0', { macs: [mac(2)], vlans: [10] });
    const inspection = await test.host.inspect(guest);
    expect(inspection).toMatchObject({
      guest: { name: 'web-1' },
      instance: 'one',
      phase: 'running',
      epoch: 0,
      armed: false,
      snapshots: [{ host: 'B', epoch: 0 }],
      warnings: [],
      nics: [
        {
          model: 'fake-card',
          state: { macs: [mac(2)], vlans: [10] },
          sink: { sink: 'fake-sink', ready: true },
          plan: { source: 'live' },
        },
      ],
    });
    expect(inspection.nics[0]?.plan.announcements).toHaveLength(4);
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
    await test.clock.advance(1000);
    expect([test.sink.stations, test.sink.openChannels]).toEqual([[], 0]);
    expect(test.published).toMatchObject({ nics: [{ state: { macs: [mac(2)] } }] }); // the look was not wasted
  });

  it('shows a guest that is about to come by its hand-off', async () => {
    const test = await TestHost.compose();
    const guest = new FakeGuest();
    await test.handoff.memory.publish(snapshotOf({ moves: [1000, 2000] }));
    await test.appear(guest, 'incoming');
    expect(await test.host.inspect(guest)).toMatchObject({
      phase: 'incoming',
      moves: [1000, 2000],
      epoch: 3,
      armed: true,
      snapshots: [{ host: 'A', epoch: 3 }],
      nics: [{ plan: { source: 'hand-off' } }],
    });
    expect(guest.inspected).toBe(0);
  });

  it('leaves the baseline of a guest alone whose migration failed', async () => {
    const test = await TestHost.compose();
    const guest = new FakeGuest();
    await test.handoff.memory.publish(snapshotOf());
    await test.appear(guest, 'incoming');
    test.intake.failed({ guest, side: 'destination', status: 'failed' });
    guest.cards.set('nic0', { macs: [], vlans: [77] });
    expect(await test.host.inspect(guest)).toMatchObject({
      phase: 'paused',
      nics: [{ state: { vlans: [77] } }],
    });
    await test.tell('incoming', guest);
    guest.cards.set('nic0', CARD);
    test.resume(guest);
    await test.clock.advance(100);
    expect(test.published).toMatchObject({ nics: [{ state: { vlans: [10] } }] });
  });

  it.each<[string, (test: TestHost, guest: FakeGuest) => void, object]>([
    [
      'a card',
      (_, guest) => guest.cards.set('nic0', () => Promise.reject(new Error('no answer'))),
      {
        nics: [
          {
            problem:
              'nic0 (fake) could not be read: no answer; what was known of it stays, else its primary MAC alone',
          },
        ],
      },
    ],
    [
      'the port',
      (test) => test.sink.ports.clear(),
      { nics: [{ sink: { sink: 'fake-sink', ready: false, problem: 'tap0 is not there' } }] },
    ],
    [
      'the look at a port',
      (test) => {
        test.sink.look = () => Promise.reject(new Error('no netlink'));
      },
      { nics: [{ sink: { ready: false, problem: 'nic0: its port could not be looked at: no netlink' } }] },
    ],
    [
      'any sink',
      (_, guest) => {
        guest.descriptors = [nicOf('nic0', { port: { kind: 'ovs', name: 'p' } })];
      },
      { nics: [{ sink: { ready: false } }] },
    ],
    [
      'the guest',
      (_, guest) => {
        guest.answer = () => Promise.reject(new Error('no monitor'));
      },
      { nics: [], warnings: [{ code: 'HERALD_GUEST_UNREADABLE' }] },
    ],
    [
      'the hand-off',
      (test) => {
        test.handoff.trouble = test.handoff.outOfReach;
      },
      { warnings: [{ code: 'HERALD_TEST_HANDOFF' }] },
    ],
    [
      'an entry',
      (test) =>
        test.handoff.broken.push({
          host: 'C',
          problem: new HeraldError('HERALD_SNAPSHOT_INVALID', 'not a snapshot'),
        }),
      { warnings: [{ code: 'HERALD_SNAPSHOT_INVALID' }] },
    ],
    [
      'MACs of its own',
      (_, guest) => {
        guest.descriptors = [nicOf('nic0'), nicOf('nic1', { primaryMac: mac(0), type: 'rtl8139' })];
      },
      { warnings: [{ code: 'HERALD_NIC_DUPLICATE_MAC' }] },
    ],
  ])('tells what is wrong with %s, and never rejects', async (_, upset, expected) => {
    const test = await TestHost.compose();
    const guest = new FakeGuest();
    upset(test, guest);
    await test.appear(guest, 'running');
    expect(await test.host.inspect(guest)).toMatchObject(expected);
  });
});
