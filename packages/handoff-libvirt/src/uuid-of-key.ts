import type { GuestKey } from '@nic-herald/core';

const PREFIX = 'uuid:';

/** The UUID in a guest's key; absent where the guest goes by its name. */
export const uuidOfKey = (key: GuestKey): string | undefined =>
  key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
