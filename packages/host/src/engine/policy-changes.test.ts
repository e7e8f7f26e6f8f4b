import { type AnnouncePolicy, DEFAULT_GUEST_POLICY, type GuestPolicy } from '@nic-herald/core';
import type { AnnouncePacing } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { learned } from '../../test/sample-nic.js';
import { snapshotOf, waiting } from '../../test/test-host.js';

/** A policy whose answers a test changes. */
class ChangingPolicy implements AnnouncePolicy {
  rules: Partial<GuestPolicy> = {};
  pacing: AnnouncePacing = { framesPerSecond: 100_000, burst: 1000 };
  private changed = (): void => {};
  isHeard = false;
  forGuest(): GuestPolicy {
    return { ...DEFAULT_GUEST_POLICY, ...this.rules };
  }
  onChanged(changed: () => void): () => void {
    this.changed = changed;
    this.isHeard = true;
    return () => {
      this.isHeard = false;
    };
  }
  say(rules: Partial<GuestPolicy>, pacing = this.pacing): void {
    this.rules = rules;
    this.pacing = pacing;
    this.changed();
  }
}

const handed = snapshotOf();
const withStation = snapshotOf({ nics: handed.nics.map((nic) => ({ ...nic, learned: [learned(5)] })) });

const armed = async (rules: Partial<GuestPolicy> = {}) => {
  const policy = new ChangingPolicy();
  policy.rules = rules;
  const { test, guest } = await waiting(withStation, { wholePolicy: policy });
  return { test, guest, policy };
};

describe('a policy that changes', () => {
  it('holds for a guest that is armed already', async () => {
    const { test, guest, policy } = await armed();
    policy.say({ trust: 'primary' });
    await test.clock.advance(0);
    expect(test.facts).toEqual(['announce:armed', 'announce:armed']);
    test.resume(guest);
    expect(test.sink.stations).not.toContain('5');
    expect(test.sink.stations.length).toBeGreaterThan(0);
  });

  it.each([
    ['announce', 'observe', true],
    ['observe', 'announce', false],
  ] as const)('also in its mode: from %s to %s', async (mode, now, isSilent) => {
    const { test, guest, policy } = await armed({ mode });
    policy.say({ mode: now });
    await test.clock.advance(0);
    test.resume(guest);
    await test.clock.advance(10);
    expect(test.sink.stations.length === 0).toBe(isSilent);
  });

  it('does not touch what is being announced', async () => {
    const { test, guest, policy } = await armed();
    test.resume(guest);
    await test.clock.advance(10);
    policy.say({ mode: 'observe', timing: { ...DEFAULT_GUEST_POLICY.timing, rounds: 1 } });
    await test.clock.advance(5000);
    expect(test.report.rounds).toHaveLength(DEFAULT_GUEST_POLICY.timing.rounds);
    expect(test.report.outcome).toBe('announced');
  });

  it('that gives no pacing there can be is told of, and the pace before stays', async () => {
    const { test, policy } = await armed();
    policy.say({}, { framesPerSecond: -1, burst: 0 });
    await test.clock.advance(0);
    expect(test.warnings.join()).toContain('HERALD_ANNOUNCE_PACING');
  });

  it('is not listened to any more when the host is closed', async () => {
    const { test, policy } = await armed();
    expect(policy.isHeard).toBe(true);
    await test.host.close();
    expect(policy.isHeard).toBe(false);
  });
});
