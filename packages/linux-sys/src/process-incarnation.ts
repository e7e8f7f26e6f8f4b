import { readFileSync } from 'node:fs';

/**
 * One process of one boot. It has the shape of core's incarnation without depending on it, and says when it started.
 */
export interface ProcessIncarnation {
  /** Of the running kernel, a UUID. */
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks between the boot and the start of the process. */
  readonly startTicks: number;
  /** ms since 1970 UTC, up to 1 s early: the kernel tells the time of its boot in whole seconds. */
  readonly startedAt: number;
}

/**
 * USER_HZ, the unit of times in /proc/PID/stat: 100 a second on x64, arm64, riscv64 and loong64, whatever the
 * kernel's own HZ is.
 */
const TICKS_PER_SECOND = 100;
/** Field 22 of proc(5), counted from field 3, the first one behind the process's name. */
const START_TICKS = 22 - 3;
const BOOT_ID = /^[0-9a-f-]{1,64}$/;

/**
 * Which incarnation of a process id this is: the number alone is used again after the process has ended. Never
 * rejects: `undefined` where it has ended, is hidden (`hidepid`), or there is no /proc.
 */
export const processIncarnation = async (pid: number): Promise<ProcessIncarnation | undefined> => {
  if (!Number.isSafeInteger(pid) || pid < 1) return undefined;
  try {
    const bootId = thisBoot();
    const startTicks = parseStartTicks(kernelFile(`${pid}/stat`));
    const bootedAt = parseBootTime(kernelFile('stat'));
    if (!BOOT_ID.test(bootId) || startTicks === undefined || bootedAt === undefined) return undefined;
    return { bootId, pid, startTicks, startedAt: bootedAt + (startTicks * 1000) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
};

/** Whether a process is still the one it was. Cheaper than to ask which it is. Never rejects. */
export const isStillProcess = async ({
  bootId,
  pid,
  startTicks,
}: Pick<ProcessIncarnation, 'bootId' | 'pid' | 'startTicks'>): Promise<boolean> => {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    return thisBoot() === bootId && parseStartTicks(kernelFile(`${pid}/stat`)) === startTicks;
  } catch {
    return false;
  }
};

/** A small file of /proc. Such a read never blocks, and Node's thread pool would make it ten times as slow. */
const kernelFile = (path: string): string => readFileSync(`/proc/${path}`, 'latin1');

/** The boot's id, the same for as long as this process lives. */
const thisBoot = (): string => {
  known ??= kernelFile('sys/kernel/random/boot_id').trim();
  return known;
};
let known: string | undefined;

/**
 * When a process started, in clock ticks since the boot, out of the text of /proc/PID/stat. The process names itself
 * there, with any blanks and parentheses it likes: the numbers begin behind the last one.
 */
export const parseStartTicks = (stat: string): number | undefined => {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  return wholeNumber(fields[START_TICKS]);
};

/** When the system was booted, ms since 1970 UTC, out of the text of /proc/stat. */
export const parseBootTime = (stat: string): number | undefined => {
  const seconds = wholeNumber(/^btime (\d+)$/m.exec(stat)?.[1]);
  return seconds === undefined ? undefined : seconds * 1000;
};

const wholeNumber = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
};
