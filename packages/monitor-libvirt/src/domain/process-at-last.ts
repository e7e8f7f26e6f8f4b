import type { Clock } from '@nic-herald/core';
import type { Domain } from '@nic-herald/libvirt';
import { pause, type QemuProcess } from '@nic-herald/qmp';
import type { DomainProcesses } from './domain-processes.js';

/** The first pause before a process is looked for again, ms, twice as long each time, and the longest. */
const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;
/** A process that could not be told in time is looked for so often. */
const MOST_LOOKS = 10;

/** Looks for the QEMU of a domain after a first look that was too late or found nothing. Never rejects. */
export const processAtLast = async (
  processes: Pick<DomainProcesses, 'of'>,
  domain: Domain,
  {
    clock,
    first,
    signal,
  }: {
    readonly clock: Clock;
    readonly first: Promise<QemuProcess | undefined>;
    readonly signal: AbortSignal;
  },
): Promise<QemuProcess | undefined> => {
  const isOver = (): boolean => signal.aborted;
  let found = await first;
  for (let looks = 1, pauseMs = FIRST_PAUSE_MS; looks < MOST_LOOKS; looks += 1, pauseMs *= 2) {
    if (found?.isQemu === true || isOver()) break;
    await pause(clock, Math.min(pauseMs, MOST_PAUSE_MS), signal);
    if (isOver()) break;
    found = await processes.of(domain);
  }
  return found?.isQemu === true && !isOver() ? found : undefined;
};
