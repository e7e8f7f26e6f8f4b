import type { FilterView, NicLimits } from '@nic-herald/core';

/** The name under which the fallback stands in plans, snapshots and reports. */
export const PRIMARY_MAC = 'primary-mac';

/** The fallback records nothing of the card. */
export const PRIMARY_MAC_LIMITS: NicLimits = { unicast: 0, multicast: 0, vlans: 0 };

/** What is known of a card that no model reads: nothing but that its primary MAC is there, as QEMU assumes. */
export const primaryMacView = (reason: string, meaning: string): FilterView => ({
  unicast: [],
  multicast: [],
  vlans: 'unknown',
  incomplete: [{ reason, meaning }],
});
