import { HeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { snapshotOf, TestHost, type TestHostOptions, waiting } from '../../test/test-host.js';

const HANDED = ['0', '1', '0/10', '1/10'];
const codes = (warnings: readonly { readonly code: string }[]): string[] => warnings.map(({ code }) => code);

describe('what goes wrong at an arrival', () => {
  it('never overwrites what could not be read when it was armed, and catches up', async () => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(snapshotOf({ host: 'B', epoch: 2 }));
    handoff.trouble = handoff.outOfReach;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0']);
    await test.clock.advance(900);
    expect(codes(test.report.warnings)).toContain('HERALD_TEST_HANDOFF');
    expect(test.sink.stations).toContain('1'); // its own card
    expect(handoff.published).toEqual([]);
    handoff.trouble = undefined;
    await test.clock.advance(2000);
    expect(test.report).toMatchObject({ cause: 'late', epoch: 4 });
    expect(test.sink.stations).toContain('1/10');
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
  });

  it('is armed anew as soon as the hand-off can be read', async () => {
    const handoff = new FakeHandoff();
    handoff.trouble = handoff.outOfReach;
    const { test, guest } = await waiting(snapshotOf(), { handoff });
    handoff.trouble = undefined;
    await test.clock.advance(1000);
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ epoch: 4, warnings: [] });
  });

  it('publishes as soon as it can where the hand-off is lost after the arming', async () => {
    const { test, guest } = await waiting();
    test.handoff.trouble = test.handoff.outOfReach;
    test.resume(guest);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect([test.report.outcome, test.published]).toEqual(['announced', undefined]);
    test.handoff.trouble = undefined;
    await test.clock.advance(2000);
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
  });

  it('announces in every other way where a kind fails', async () => {
    const kind = {
      name: 'magic',
      frameLength: () => {
        throw new Error('no idea');
      },
      encode: () => 0,
    };
    const policy = { kindsFor: () => ['rarp', 'magic'] };
    const { test, guest } = await waiting(snapshotOf(), { kind, policy });
    await test.arrive(guest);
    expect(test.report.outcome).toBe('announced');
    expect(new Set(test.sink.stations)).toEqual(new Set(HANDED));
    expect(test.report.nics[0]?.announced.map(({ kind: name }) => name)).toEqual(HANDED.map(() => 'rarp'));
    expect(test.report.nics[0]?.added).toEqual([]);
    expect(codes(test.report.warnings)).toEqual(['HERALD_KIND_FAULT']);
  });

  it('goes by the entries that can be read', async () => {
    const problem = new HeraldError('HERALD_SNAPSHOT_INVALID', 'not a snapshot: truncated');
    const { test, guest } = await waiting(snapshotOf(), {}, (_, handoff) =>
      handoff.broken.push({ host: 'C', problem }),
    );
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.stations)).toEqual(new Set(HANDED));
    expect(test.warnings).toEqual(['HERALD_SNAPSHOT_INVALID not a snapshot: truncated']);
    expect(codes(test.report.warnings)).toEqual(['HERALD_SNAPSHOT_INVALID']);
  });

  it('announces each of two NICs with one MAC at its own port, and warns', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic0'), nicOf('nic1', { primaryMac: mac(0) })];
      each.cards.set('nic1', { macs: [], vlans: [] });
    });
    test.resume(guest);
    expect(test.sink.frames.map(({ port, station: sent }) => `${port} ${sent}`)).toEqual([
      'tap0 0',
      'tap1 0',
    ]);
    expect(test.warnings).toEqual([
      expect.stringContaining('HERALD_NIC_DUPLICATE_MAC nic0 and nic1 have the same MAC 52:54:00:00:00:00'),
    ]);
  });

  it('tells of a NIC without a port, and announces the others', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      const { port: _, ...portless } = nicOf('nic0', { portProblem: 'netdev net0 is of type user' });
      each.descriptors = [portless, nicOf('nic1')];
      each.cards.set('nic1', { macs: [], vlans: [] });
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(new Set(test.sink.stations)).toEqual(new Set(['256']));
    expect(codes(test.report.warnings)).toEqual(['HERALD_NIC_NO_PORT']);
    expect(test.report.nics.map(({ announced, sink }) => [announced.length, sink])).toEqual([
      [0, undefined],
      [1, 'fake-sink'],
    ]);
  });

  it('announces at a port that is only found after the arming', async () => {
    const { test, guest } = await waiting(snapshotOf({}, { vlans: [] }), {}, (each) => {
      const { port: _, ...portless } = nicOf('nic0');
      each.descriptors = [portless];
    });
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', { macs: [], vlans: [] });
    test.resume(guest);
    expect(test.sink.stations).toEqual([]);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(['0', '1', '256']);
    await test.clock.advance(1000);
    expect(test.report.outcome).toBe('announced');
    expect(test.report.nics.map(({ announced, added }) => [announced.length, added.length])).toEqual([
      [0, 2],
      [0, 1],
    ]);
  });

  it('tells of a sink that cannot open the port', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic7')];
      each.cards.set('nic7', CARD);
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ outcome: 'failed', rounds: [] });
    expect(test.warnings).toEqual(['HERALD_TEST_PORT tap7 is not there']);
  });

  it.each([
    ['plan and trigger', 0],
    ['two rounds', 300],
    ['the last round and the report', 799],
  ])('has failed where its port went away between %s, though the frames were taken', async (_, at) => {
    const { test, guest } = await waiting('nothing');
    if (at === 0) test.sink.ports.clear();
    test.resume(guest);
    await test.clock.advance(at);
    test.sink.ports.clear();
    await test.clock.advance(1000);
    expect(test.sink.stations).toHaveLength(10);
    expect(test.report.outcome).toBe('failed');
    expect(test.report.warnings).toEqual([{ code: 'HERALD_TEST_PORT', message: 'nic0: tap0 went away' }]);
  });

  it.each<[string, string[], (test: TestHost) => void, string]>([
    ['one port of two went away', ['tap0'], () => {}, 'announced'],
    ['both did', ['tap0', 'tap1'], () => {}, 'failed'],
    [
      'it was stopped',
      ['tap0', 'tap1'],
      (test) => void test.tell('stopped', test.host.guests()[0] as never),
      'superseded',
    ],
  ])('has an outcome where %s', async (_, gone, meanwhile, outcome) => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic0'), nicOf('nic1')];
      each.cards.set('nic1', CARD);
    });
    test.resume(guest);
    await test.clock.advance(10);
    for (const port of gone) test.sink.ports.delete(port);
    meanwhile(test);
    await test.clock.advance(1000);
    expect(test.report.outcome).toBe(outcome);
    expect(test.report.warnings).toHaveLength(gone.length);
  });

  it('reports what the system refused', async () => {
    const { test, guest } = await waiting('nothing');
    test.sink.refusal = () => ({ accepted: 0, failure: 'ENOBUFS at frame 0' });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report.outcome).toBe('failed');
    expect(test.report.warnings[0]).toEqual({
      code: 'HERALD_SEND_FAILED',
      message: 'nic0: the system refused frames in round 1: ENOBUFS at frame 0',
    });
  });

  it.each<[string, () => Promise<never>]>([
    ['does not tell its NICs', () => Promise.reject(new Error('no monitor'))],
    ['never tells its NICs', never],
  ])('announces and publishes late where the guest %s for a while', async (_, answer) => {
    const { test, guest } = await waiting(snapshotOf(), {}, (each) => {
      each.answer = answer;
    });
    test.resume(guest);
    await test.clock.advance(5000);
    expect([test.sink.stations, test.handoff.published]).toEqual([[], []]);
    guest.answer = undefined;
    await test.clock.advance(60_000);
    expect(test.published).toMatchObject({ epoch: 4, nics: [{ state: { vlans: [10] } }] });
    expect(
      test.warnings.some((line) =>
        line.startsWith(answer === never ? 'HERALD_TIMEOUT' : 'HERALD_GUEST_UNREADABLE'),
      ),
    ).toBe(true);
  });

  it('loses one NIC to a capture that never ends, for the first look, and no other guest anything', async () => {
    const { test, guest } = await waiting('nothing', {}, (each) => {
      each.descriptors = [nicOf('nic0'), nicOf('nic1')];
      each.cards.set('nic0', never).set('nic1', { macs: [mac(3)], vlans: [] });
    });
    const other = new FakeGuest('two', { name: 'web-2' });
    await test.appear(other, 'incoming');
    test.resume(guest);
    test.resume(other);
    await test.clock.advance(1000);
    expect(test.reports.map((report) => report.guest.name)).toEqual(['web-2']);
    await test.clock.advance(5000);
    expect(test.reports.map((report) => report.guest.name)).toEqual(['web-2', 'web-1']);
    expect(test.sink.stations).toContain('3');
    expect(test.warnings).toEqual([expect.stringContaining('HERALD_TIMEOUT the capture of nic0')]);
  });

  it.each<[string, TestHostOptions, string]>([
    [
      'a policy that throws',
      {
        policy: {
          get timing(): never {
            throw new Error('no policy');
          },
        },
      },
      'HERALD_ENGINE_FAULT work for web-1 failed: no policy',
    ],
    [
      'an announce handler that throws',
      {
        handler: {
          model: 'fake-card',
          announcements: () => {
            throw new Error('no frame');
          },
        },
      },
      'HERALD_HANDLER_FAULT the announce handler of fake-card failed for nic0: no frame',
    ],
    [
      'a model that fails',
      {
        model: fakeModel({
          filter: () => {
            throw new Error('no filter');
          },
        }),
      },
      'HERALD_MODEL_FAULT',
    ],
  ])('is told: %s', async (_, options, message) => {
    const { test, guest } = await waiting(snapshotOf(), options);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.warnings).toContainEqual(expect.stringContaining(message));
    expect(test.warnings.some((line) => line.startsWith('LISTENER'))).toBe(false);
    await test.host.close();
  });

  it('warns of a guest without a name, and announces it all the same', async () => {
    const test = await TestHost.compose();
    const guest = new FakeGuest('one', {});
    await test.appear(guest, 'incoming');
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.warnings).toEqual([
      expect.stringContaining('HERALD_GUEST_UNNAMED a guest (one) has neither a UUID nor a name of 1 to 256'),
    ]);
    expect(new Set(test.sink.stations)).toEqual(new Set(['0', '1']));
    expect(test.handoff.published).toEqual([]);
  });

  it('leaves nothing behind when the guest goes or the host closes in the midst of it', async () => {
    for (const end of ['gone', 'close'] as const) {
      const { test, guest } = await waiting();
      test.resume(guest);
      await test.clock.advance(60);
      if (end === 'gone') await test.tell('gone', guest);
      else await test.host.close();
      await test.clock.advance(0);
      expect(test.report.outcome).toBe('superseded');
      expect([test.sink.openChannels, test.handoff.watchers]).toEqual([0, 0]);
      await test.host.close();
      const { length } = test.sink.frames;
      await test.clock.advance(100_000);
      expect([test.sink.frames.length, test.clock.pending]).toEqual([length, 0]);
    }
  });
});
