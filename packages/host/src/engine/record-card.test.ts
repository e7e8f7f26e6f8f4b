import type { DeviceInspector, GuestPhase, NicDescriptor, NicModel, RecordRequest } from '@nic-herald/core';
import { type FakeDeviceOptions, fakeDevice } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { type CardState, FakeGuest, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { residing } from '../../test/test-host.js';

const BAR = 0xfebc_0000;
const CARD: FakeDeviceOptions = {
  type: 'fake',
  primaryMac: mac(0),
  regions: [
    { bar: 0, kind: 'memory', address: BAR, size: 0x40 },
    { bar: 2, kind: 'memory', size: 0x40 },
  ],
  memory: { [BAR]: 1, [BAR + 8]: 3 },
  receiveFilter: { macs: [mac(1)], vlans: [10] },
};

/** A guest that runs here with one card, whose type is `fake` where the model is to read it. */
const withCard = async (
  card: FakeDeviceOptions = CARD,
  model: Partial<NicModel<CardState>> = {},
  over: Partial<DeviceInspector> = {},
) => {
  const { test, guest } = await residing('running', { model: fakeModel(model) });
  guest.descriptors = [nicOf('nic0', { type: card.type })];
  guest.inspect = (nic: NicDescriptor) => ({ ...fakeDevice(card), ...over, nic });
  return { test, guest };
};

describe('the recording of a card', () => {
  it.each<GuestPhase>(['incoming', 'paused', 'migrated-away'])(
    'is refused for a guest that is %s',
    async (phase) => {
      const { test, guest } = await residing(phase);
      await expect(test.host.record(guest)).rejects.toMatchObject({
        code: 'HERALD_GUEST_NOT_RUNNING',
        message: `web-1 is ${phase} on this host; only a guest that runs here may be recorded here`,
      });
    },
  );

  it('is refused for a guest that is not here', async () => {
    const { test } = await residing();
    await expect(test.host.record(new FakeGuest('two'))).rejects.toMatchObject({
      code: 'HERALD_GUEST_UNKNOWN',
    });
  });

  it.each<[string, readonly NicDescriptor[], RecordRequest, string, string]>([
    [
      'a NIC that is not there',
      [nicOf('nic0')],
      { nic: 'eth7' },
      'HERALD_NIC_UNKNOWN',
      'web-1 has no NIC eth7; it has nic0 (fake)',
    ],
    ['no NIC', [], {}, 'HERALD_NIC_UNKNOWN', 'web-1 has no NIC'],
    [
      'one NIC of several',
      [nicOf('nic0'), nicOf('nic1', { type: 'rtl8139' })],
      {},
      'HERALD_NIC_AMBIGUOUS',
      'web-1 has 2 NICs; name one of nic0 (fake), nic1 (rtl8139)',
    ],
    [
      'words of no card',
      [nicOf('nic0')],
      { words: [{ bar: 0, offset: 2, count: 1 }] },
      'HERALD_RECORD_WORDS',
      '0:0x2:1 is no run of words (BAR:OFFSET:COUNT): OFFSET must be a multiple of 4, from 0',
    ],
    [
      'words beyond the region',
      [nicOf('nic0')],
      { words: [{ bar: 0, offset: 0x40, count: 1 }] },
      'HERALD_RECORD_WORDS',
      '0:0x40:1 is in no memory region of nic0 (fake), which has BAR 0 (memory, 64 bytes), BAR 2 (memory, 64 bytes)',
    ],
  ])('is refused: %s', async (_, nics, request, code, message) => {
    const { test, guest } = await withCard();
    guest.descriptors = [...nics];
    await expect(test.host.record(guest, request)).rejects.toMatchObject({ code, message });
  });

  it('is refused where the monitor gives no look at the card', async () => {
    const { test, guest } = await withCard();
    guest.inspect = () => {
      throw new Error('unplugged');
    };
    await expect(test.host.record(guest)).rejects.toMatchObject({
      code: 'HERALD_GUEST_UNREADABLE',
      message: 'web-1 does not let nic0 (fake) be looked at: unplugged',
    });
  });

  it('is given up with its signal', async () => {
    const { test, guest } = await withCard(CARD, {}, { regions: never });
    const stop = new AbortController();
    const recording = test.host.record(guest, { signal: stop.signal });
    await test.clock.advance(0);
    stop.abort();
    await expect(recording).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
  });

  it.each<[string, Partial<NicModel<CardState>>, string]>([
    ['throws', { capture: () => Promise.reject(new Error('no such card')) }, 'no such card'],
    ['never ends', { capture: never }, 'the capture of nic0 by fake-card took longer than 5000 ms'],
    ['gives no state', { capture: answering(undefined) }, 'the model fake-card captured nothing'],
    [
      'does not know its own state',
      { capture: answering({ macs: 7 }) },
      'the state of model fake-card is not',
    ],
    [
      'gives no view',
      {
        filter: () => {
          throw new Error('no view');
        },
      },
      'the model fake-card does not read its own state: no view',
    ],
  ])('is given where the model %s, with the problem', async (_, model, problem) => {
    const { test, guest } = await withCard(CARD, model);
    const recording = test.host.record(guest, { words: [{ bar: 0, offset: 0, count: 2 }] });
    await test.clock.advance(5000);
    expect(await recording).toEqual({
      format: 1,
      card: expect.objectContaining({
        memory: { [BAR]: 1, [BAR + 4]: 0 },
        regions: CARD.regions,
        receiveFilter: CARD.receiveFilter,
      }) as unknown,
      model: 'fake-card',
      problem: expect.stringContaining(problem) as unknown,
    });
  });

  it.each<[string, Partial<DeviceInspector>, string]>([
    [
      'its regions',
      { regions: () => Promise.reject(new Error('no PCI')) },
      'reading the regions of nic0 failed: no PCI',
    ],
    ['its regions, ever', { regions: never }, 'reading the regions of nic0 took longer than 5000 ms'],
    [
      'the words',
      { readWords: () => Promise.reject(new Error('no xp')) },
      'reading the words named of nic0 failed: no xp',
    ],
    ['the words, ever', { readWords: never }, 'reading the words named of nic0 took longer than 5000 ms'],
  ])('is given where the hypervisor does not tell %s, with the problem', async (_, over, problem) => {
    const { test, guest } = await withCard(CARD, {}, over);
    const recording = test.host.record(guest, { words: [{ bar: 0, offset: 0, count: 2 }] });
    await test.clock.advance(20_000);
    expect(await recording).toMatchObject({
      card: { memory: {}, receiveFilter: CARD.receiveFilter },
      read: { unicast: [mac(1)], vlans: [10] },
      problem: expect.stringContaining(problem) as unknown,
    });
  });

  it('says of words that the guest has not mapped that they are not there', async () => {
    const { test, guest } = await withCard();
    const words = [
      { bar: 2, offset: 0x10, count: 4 },
      { bar: 0, offset: 8, count: 1 },
    ];
    expect(await test.host.record(guest, { words })).toMatchObject({
      card: { memory: { [BAR + 8]: 3 } },
      problem: '2:0x10:4 cannot be read: the guest has not mapped that region of nic0',
    });
  });

  it('has what the model reads, and what it made of it', async () => {
    const { test, guest } = await withCard(CARD, {
      capture: async (device, options) => {
        await device.readWords([{ address: BAR + 8, words: 1 }], options);
        return (await device.receiveFilter(options)) as CardState;
      },
    });
    const recording = await test.host.record(guest, { nic: 'nic0' });
    expect(recording).toEqual({
      format: 1,
      card: {
        type: 'fake',
        id: 'nic0',
        primaryMac: mac(0),
        hypervisor: { name: 'QEMU', version: '7.2.22' },
        regions: CARD.regions,
        memory: { [BAR + 8]: 3 },
        receiveFilter: CARD.receiveFilter,
      },
      model: 'fake-card',
      read: { unicast: [mac(1)], vlans: [10], incomplete: [] },
    });
    expect(JSON.parse(JSON.stringify(recording))).toEqual(recording);
  });

  it('has the regions and the words named where no model knows the card, and reads nothing else', async () => {
    const { receiveFilter: _, ...plain } = CARD;
    const { test, guest } = await withCard({ ...plain, type: 'rtl8139' });
    expect(await test.host.record(guest, { words: [{ bar: 0, offset: 0, count: 3 }] })).toEqual({
      format: 1,
      card: {
        type: 'rtl8139',
        id: 'nic0',
        primaryMac: mac(0),
        hypervisor: { name: 'QEMU', version: '7.2.22' },
        regions: CARD.regions,
        memory: { [BAR]: 1, [BAR + 4]: 0, [BAR + 8]: 3 },
      },
      model: 'primary-mac',
    });
    expect((await test.host.record(guest)).card.memory).toEqual({});
  });
});

function answering(state: unknown) {
  return () => Promise.resolve(state as CardState);
}
