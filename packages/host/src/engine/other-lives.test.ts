import type { Snapshot } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { CARD, FakeGuest } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { asserted, having } from '../../test/sample-addresses.js';
import { learned, station } from '../../test/sample-nic.js';
import { residing, snapshotOf, TestHost, waiting } from '../../test/test-host.js';

const PROCESS = { bootId: 'boot', pid: 7, startTicks: 1 };
const knowing = (over: Partial<Snapshot>): Snapshot => snapshotOf({ process: PROCESS, ...over });

/** A guest in the process that host B's own entry names. */
class KnownGuest extends FakeGuest {
  readonly process = PROCESS;
  readonly origin = 'incoming';
}

describe('a guest whose name lives elsewhere, too', () => {
  it.each([
    ['running', 'boot', []],
    ['paused', 'boot', []],
    ['running', 'incoming', ['late']],
  ] as const)('found %s, while another host has it by a %s: announced %j', async (phase, origin, causes) => {
    const handoff = new FakeHandoff();
    await handoff.memory.publish(knowing({ host: 'B', epoch: 3, residence: 'resident' }));
    await handoff.memory.publish(snapshotOf({ host: 'A', epoch: 4, origin }));
    const test = await TestHost.compose({ handoff });
    await test.appear(new KnownGuest(), phase);
    await test.clock.advance(1000);
    expect(test.reports.map(({ cause }) => cause)).toEqual(causes);
    expect(test.published?.epoch).toBe(causes.length > 0 ? 5 : 3);
  });

  it('is announced where its migration away failed after it had run there', async () => {
    const { test, guest } = await residing();
    await test.tell('outgoing', guest);
    await test.tell('stopped', guest);
    await test.handoff.memory.publish(snapshotOf({ host: 'A', epoch: 1, origin: 'incoming' }));
    test.intake.failed({ guest, side: 'source', status: 'failed' });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ cause: 'late', outcome: 'announced', epoch: 2 });
    expect(test.published).toMatchObject({ epoch: 2, residence: 'resident' });
  });
});

describe('a guest whose machine is reset', () => {
  it('has nothing of its life before handed on, also where a learner still has it', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [having(learned(5, 20), asserted('10.0.0.1'))]);
    const { test, guest } = await residing('running', { learner });
    await test.clock.advance(10_000);
    expect(test.published?.nics[0]?.learned).toHaveLength(1);
    test.intake.reset({ guest });
    learner.seen.set('tap0', [
      having(learned(5, 20, 10_500), asserted('10.0.0.1', 10_500)),
      learned(6, 20, 100),
    ]);
    await test.clock.advance(1000);
    await test.tell('outgoing', guest);
    expect(test.published?.nics[0]?.learned.map((each) => each.station)).toEqual([station(6, 20)]);
  });
});

describe('what lies ready for a guest', () => {
  it('stays where the hand-off cannot be read any more', async () => {
    const { test, guest } = await waiting();
    test.handoff.trouble = test.handoff.outOfReach;
    await test.tell('changed', guest);
    await test.clock.advance(3000);
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0', '1', '0/10', '1/10']);
  });

  it('stays where the guest does not tell its NICs any more', async () => {
    const { test, guest } = await waiting();
    guest.answer = () => Promise.reject(new Error('busy'));
    await test.tell('changed', guest);
    await test.clock.advance(3000);
    test.resume(guest);
    expect(test.sink.stations).toEqual(['0', '1', '0/10', '1/10']);
  });
});

describe('the last words of a guest', () => {
  it('are written once the hand-off is back, though the guest has left', async () => {
    const { test, guest } = await residing();
    await test.tell('outgoing', guest);
    test.handoff.trouble = test.handoff.outOfReach;
    await test.tell('stopped', guest);
    test.intake.left({ guest });
    await test.clock.advance(100);
    test.handoff.trouble = undefined;
    const { length } = test.handoff.published;
    await test.clock.advance(5000);
    expect(test.handoff.published.slice(length)).toMatchObject([
      { residence: 'leaving', nics: [{ state: CARD }] },
    ]);
    await test.clock.advance(600_000);
    expect(test.handoff.published).toHaveLength(length + 1);
  });
});
