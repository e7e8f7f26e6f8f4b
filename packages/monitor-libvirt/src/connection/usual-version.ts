import type { Clock } from '@nic-herald/core';
import type { Libvirt } from '@nic-herald/libvirt';
import { inTime } from '../domain/in-time.js';

/** Longest that a guest waits for it, ms. */
const LIMIT_MS = 100;
const UNKNOWN = 'unknown';

/**
 * Asks once for the version of the QEMU that libvirt starts, and gives it to each guest that cannot be asked itself. A daemon
 * that is new looks at QEMU first, which takes seconds: no guest waits for that.
 */
export const usualVersion = (libvirt: Pick<Libvirt, 'version'>, clock: Clock): (() => Promise<string>) => {
  const asked = libvirt.version({ deadlineMs: 60_000 }).then(
    ({ hypervisor }) => hypervisor,
    () => UNKNOWN,
  );
  return async () => (await inTime(clock, LIMIT_MS, asked)) ?? UNKNOWN;
};
