import { readFile } from 'node:fs/promises';

/** Linux counts processor time a hundred times a second, as far as programs are told. */
const ticksPerSecond = 100;

export interface ProcessUsage {
  /** Processor time so far, seconds. */
  readonly cpuSeconds: number;
  /** Memory that is in use now, and the most that was, MiB. */
  readonly rssMib: number;
  readonly mostRssMib: number;
}

export async function usageOf(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((each) => readFile(`/proc/${pid}/${each}`, 'utf8')),
  );
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  const kib = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1]);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rssMib: kib('VmRSS') / 1024,
    mostRssMib: kib('VmHWM') / 1024,
  };
}
