import type { Clock } from '@nic-herald/core';
import { withDeadline } from './deadline.js';

/** How long closing one thing of a plugin may take, ms. */
const CLOSE_DEADLINE_MS = 2000;

/** Closes what a plugin opened. Never rejects, and gives it up in time: the plugin's own close gives everything back. */
export const closeQuietly = (opened: { close(): Promise<void> }, clock: Clock): Promise<void> =>
  withDeadline(clock, CLOSE_DEADLINE_MS, 'closing', () => opened.close()).catch(() => {});
