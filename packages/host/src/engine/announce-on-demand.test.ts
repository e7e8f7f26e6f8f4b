import type { GuestPhase } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, nicOf } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { residing, type TestHostOptions } from '../../test/test-host.js';

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

  it('sends these stations alone, and what is planned of them', async () => {
    const { test, guest } = await pair();
    guest.cards.set('nic1', { macs: [mac(300)], vlans: [] });
    const stations = [
      { nic: 'nic1', mac: mac(300) },
      { nic: 'nic0', mac: mac(300) }, // of another NIC
      { nic: 'nic1', mac: mac(301) }, // not planned
    ];
    const report = test.host.announce(guest, { stations, retryOf: 'the-first', timing: { rounds: 1 } });
    await test.clock.advance(1000);
    expect(await report).toMatchObject({
      outcome: 'announced',
      retryOf: 'the-first',
      nics: [{ nic: 'nic1' }],
    });
    expect(test.sink.frames.map(({ port, station }) => `${port} ${station}`)).toEqual(['tap1 300']);
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
    await test.tell('stopped', guest);
    expect((await report).outcome).toBe('superseded');
  });

  it('ends when the host closes', async () => {
    const { test, guest } = await residing();
    const report = test.host.announce(guest);
    await test.clock.advance(100);
    await test.host.close();
    expect((await report).outcome).toBe('superseded');
    const late = test.host.announce(guest);
    await expect(late).rejects.toMatchObject({ code: 'HERALD_HOST_NOT_READY' });
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
