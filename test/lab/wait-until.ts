import { setTimeout as sleep } from 'node:timers/promises';
import { LabFault } from './lab-fault.js';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

/** Asks `probe` until it gives something other than undefined; a {@link LabFault} naming `what` when time is up. */
export async function waitUntil<T>(
  what: string,
  options: WaitOptions,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (Date.now() >= deadline) throw new LabFault(`waited ${options.timeoutMs} ms in vain: ${what}`);
    await sleep(options.everyMs ?? 50);
  }
}
