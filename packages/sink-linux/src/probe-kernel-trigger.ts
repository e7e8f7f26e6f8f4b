import { messageOf } from '@nic-herald/core';
import { loadTrigger } from './trigger-maps.js';

/** Why this kernel does not let announcements leave by themselves; absent: it does. Loads the programs and drops them. Never throws. */
export const probeKernelTrigger = (): string | undefined => {
  try {
    loadTrigger().close();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
};
