import { describe, expect, it } from 'vitest';
import { learned } from '../../test/sample-nic.js';
import { snapshotOf, waiting } from '../../test/test-host.js';

const handed = snapshotOf();
const other = snapshotOf({ nics: handed.nics.map((nic) => ({ ...nic, learned: [learned(5)] })) });

describe('a guest that is armed', () => {
  /** How often it was asked for its NICs since it was armed. */
  const counted = async () => {
    const { test, guest } = await waiting(handed);
    let asked = 0;
    guest.answer = async () => {
      asked += 1;
      return guest.descriptors;
    };
    return { test, guest, asked: () => asked };
  };

  it('is neither asked nor armed again where the hand-off changes and says the same', async () => {
    const { test, asked } = await counted();
    await test.handoff.memory.publish(handed);
    await test.clock.advance(0);
    expect([asked(), test.facts]).toEqual([0, ['announce:armed']]);
  });

  it('is armed again, and not asked, where the hand-off says something else', async () => {
    const { test, guest, asked } = await counted();
    await test.handoff.memory.publish(other);
    await test.clock.advance(0);
    expect([asked(), test.facts]).toEqual([0, ['announce:armed', 'announce:armed']]);
    test.resume(guest);
    expect(test.sink.stations).toContain('5');
  });

  it('is asked and armed again where its NICs change, also while the hand-off does', async () => {
    const { test, guest, asked } = await counted();
    void test.handoff.memory.publish(other);
    await test.tell('changed', guest);
    await test.clock.advance(0);
    expect(asked()).toBe(1);
  });

  it('is armed again when what is known has grown old, though the hand-off said the same before', async () => {
    const { test, asked } = await counted();
    await test.handoff.memory.publish(handed);
    await test.clock.advance(120_000);
    expect(asked()).toBeGreaterThan(0);
    expect(test.facts.length).toBeGreaterThan(1);
  });
});
