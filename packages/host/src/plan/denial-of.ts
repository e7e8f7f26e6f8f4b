import { messageOf } from '@nic-herald/core';
import type { Verdict } from './verdict.js';

/**
 * What a policy says to a question of the form "why may this not be announced". One that fails lets nothing pass: better
 * dark than let out what it was to keep in.
 */
export const denialOf = (ask: () => string | undefined): Verdict | undefined => {
  let denied: string | undefined;
  try {
    denied = ask();
  } catch (error) {
    denied = `the policy failed: ${messageOf(error)}`;
  }
  return denied === undefined ? undefined : { reason: 'denied', detail: denied };
};
