/**
 * One process of one boot of one machine. A process id alone says little: it is used again after the process has
 * ended, on every machine.
 */
export interface ProcessIncarnation {
  /** Of the running kernel: `/proc/sys/kernel/random/boot_id` on Linux, at most 64 characters. */
  readonly bootId: string;
  readonly pid: number;
  /** When the process started, in clock ticks since the boot: field 22 of `/proc/PID/stat` on Linux. */
  readonly startTicks: number;
}

/** Whether both are one and the same process. */
export const isSameProcess = (a: ProcessIncarnation, b: ProcessIncarnation): boolean =>
  a.pid === b.pid && a.startTicks === b.startTicks && a.bootId === b.bootId;
