import { DEFAULT_GUEST_POLICY } from '@nic-herald/core';
import { companionContract, FakeClock, testContract } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { MulticastCompanion } from './multicast-companion.js';

const policy = (multicastRefresh: boolean) => ({
  forGuest: () => ({ ...DEFAULT_GUEST_POLICY, multicastRefresh }),
});

describe('the multicast companion', () => {
  testContract(companionContract({ companion: ({ clock }) => new MulticastCompanion(policy(true), clock) }), {
    describe,
    it,
  });

  it('takes no part where the policy does not want it', () => {
    const companion = new MulticastCompanion(policy(false), new FakeClock());
    expect(companion.accompany({ guest: { identity: {} } } as never)).toBeUndefined();
  });
});
