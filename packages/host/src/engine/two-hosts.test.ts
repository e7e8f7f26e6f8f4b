import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { KEY, TestHost } from '../../test/test-host.js';

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
      await from.tell('outgoing', leaving);
      await from.tell('stopped', leaving);
      to.resume(coming);
      from.intake.left({ guest: leaving });
      await clock.advance(100);
      await from.tell('gone', leaving);
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
    a.intake.changed({ guest: old, nic: 'nic0' });
    await clock.settle();
    await a.tell('stopped', old);
    a.resume(young);
    await clock.advance(60_000);
    expect(await handoff.fetch(KEY)).toMatchObject([{ snapshot: { epoch: 1, nics: [{ state: CARD }] } }]);
  });

  it('lose their entry of a guest that was shut down, and not of one whose monitor came back', async () => {
    const { clock, handoff, a } = await testHosts();
    const guest = new FakeGuest();
    await a.appear(guest, 'running');
    await clock.advance(100);
    await a.tell('gone', guest);
    await clock.advance(30_000);
    await a.appear(guest, 'running');
    await clock.advance(100_000);
    expect(handoff.removed).toEqual([]);
    await a.tell('gone', guest);
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
