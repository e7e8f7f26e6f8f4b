import type { LearnedAddress } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { asserted, having } from '../../test/sample-addresses.js';
import { learned, mac } from '../../test/sample-nic.js';
import { snapshotOf, waiting } from '../../test/test-host.js';
import { LAST_WORDS_MS } from './last-words.js';

const handed = snapshotOf();
const late = {
  ...handed,
  nics: handed.nics.map((nic) => ({ ...nic, learned: [learned(5, 20), learned(6)] })),
};

describe('what the source publishes after the guest resumed here', () => {
  it('is announced at once, with every later round, and published', async () => {
    const { test, guest } = await waiting(handed);
    test.resume(guest);
    await test.clock.advance(10);
    expect(test.sink.stations).not.toContain('5/20');
    await test.handoff.memory.publish(late);
    await test.clock.advance(0);
    expect(test.sink.stations.slice(-2)).toEqual(['5/20', '6']);
    await test.clock.advance(1000);
    expect(test.published?.epoch).toBe(4);
    expect(test.published?.nics[0]?.learned.map(({ station }) => station)).toEqual([
      learned(5, 20).station,
      learned(6).station,
    ]);
    expect(test.sink.stations.filter((station) => station === '5/20')).toHaveLength(5);
    expect(test.report.nics[0]?.added.map(({ station }) => station)).toEqual([
      learned(5, 20).station,
      learned(6).station,
    ]);
  });

  it('is announced also where a station that was known has a new address', async () => {
    const having5 = (...addresses: readonly LearnedAddress[]) => ({
      ...handed,
      nics: handed.nics.map((nic) => ({ ...nic, learned: [having(learned(5), ...addresses)] })),
    });
    const { test, guest } = await waiting(having5(asserted('10.0.0.1')));
    test.resume(guest);
    await test.clock.advance(10);
    await test.handoff.memory.publish(having5(asserted('10.0.0.1', 7), asserted('10.0.0.2')));
    await test.clock.advance(1000);
    expect(test.report.nics[0]?.added.map(({ kind, address }) => [kind, address])).toEqual([
      ['garp', '10.0.0.2'],
    ]);
  });

  it('is not taken for what was withdrawn twice', async () => {
    const { test, guest } = await waiting(snapshotOf({}, { macs: [mac(1), mac(2)], vlans: [] }), {}, (each) =>
      each.cards.set('nic0', { macs: [mac(1)], vlans: [] }),
    );
    test.resume(guest);
    await test.clock.advance(10);
    await test.handoff.memory.publish({
      ...late,
      nics: late.nics.map((nic) => ({ ...nic, state: { macs: [mac(1), mac(2)], vlans: [] } })),
    });
    await test.clock.advance(1000);
    expect(test.report.nics[0]?.withdrawn.map(({ station }) => station.mac)).toEqual([mac(2)]);
  });

  it.each([
    ['too late', { ...late }, LAST_WORDS_MS],
    ['of a later epoch than was handed over', { ...late, epoch: 4 }, 10],
    ['of an earlier one', { ...late, epoch: 2, host: 'C' }, 10],
    ['of this host itself', { ...late, host: 'B' }, 10],
  ])('is not heeded: %s', async (_, snapshot, atMs) => {
    const { test, guest } = await waiting(handed);
    test.resume(guest);
    await test.clock.advance(atMs);
    await test.handoff.memory.publish(snapshot);
    await test.clock.advance(1000);
    expect(test.sink.stations).not.toContain('5/20');
    expect(test.report.outcome).toBe('announced');
    expect(test.handoff.watchers).toBe(0);
  });

  it('is not waited for by a host that closes', async () => {
    const { test, guest } = await waiting(handed);
    test.resume(guest);
    await test.clock.advance(10);
    const closed = test.host.close();
    await test.clock.settle();
    await closed;
    expect(test.handoff.watchers).toBe(0);
  });
});
