import { readdir, readFile } from 'node:fs/promises';

/** Linux counts processor time a hundred times a second, as far as programs are told. */
const msPerTick = 10;

/** What an agent's process holds, as the kernel tells it. */
export interface AgentUsage {
  /** Processor time so far, of all its threads, ms. */
  readonly cpuMs: number;
  /** Memory that is in use, KiB: all of it; what is its own and no file's; its part of what it shares; the most until now. */
  readonly rssKib: number;
  readonly anonymousKib: number;
  readonly pssKib: number;
  readonly mostRssKib: number;
  /** BPF maps it has open, and the memory of the kernel that they take, bytes. */
  readonly maps: number;
  readonly mapBytes: number;
  readonly descriptors: number;
}

/** Looks at a process. */
export async function agentUsage(pid: number): Promise<AgentUsage> {
  const folder = `/proc/${pid}`;
  const [stat, status, smaps, descriptors] = await Promise.all([
    readFile(`${folder}/stat`, 'utf8'),
    readFile(`${folder}/status`, 'utf8'),
    readFile(`${folder}/smaps_rollup`, 'utf8'),
    readdir(`${folder}/fdinfo`),
  ]);
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const infos = await Promise.all(
    descriptors.map((fd) => readFile(`${folder}/fdinfo/${fd}`, 'utf8').catch(() => '')),
  );
  const maps = infos.filter((info) => /^map_type:/m.test(info));
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
    rssKib: numberIn(status, 'VmRSS'),
    anonymousKib: numberIn(status, 'RssAnon'),
    pssKib: numberIn(smaps, 'Pss'),
    mostRssKib: numberIn(status, 'VmHWM'),
    maps: maps.length,
    mapBytes: maps.reduce((sum, info) => sum + numberIn(info, 'memlock'), 0),
    descriptors: descriptors.length,
  };
}

function numberIn(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}
