import { readFileSync, writeFileSync } from 'node:fs';

/** Numbers out of what the kernel lists as `0-3,8`. */
export const cpusInList = (text: string): readonly number[] =>
  text
    .trim()
    .split(',')
    .flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number);
      if (from === undefined || to === undefined || part === '' || !(to >= from)) return [];
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });

/** Numbers out of a mask as sysfs has it: `3`, or `1,00000000` in words of 32 bits. */
export const cpusInMask = (text: string): readonly number[] => {
  const words = text.trim().split(',').toReversed();
  return words.flatMap((word, at) => {
    const bits = Number.parseInt(word, 16) || 0;
    return Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => (bits >>> bit) & 1)
      .map((bit) => at * 32 + bit);
  });
};

/** The mask of these CPUs, as sysfs takes it. */
export const maskOfCpus = (cpus: readonly number[]): string => {
  const words = Array.from({ length: Math.floor(Math.max(0, ...cpus) / 32) + 1 }, () => 0);
  for (const cpu of cpus)
    words[Math.floor(cpu / 32)] = ((words[Math.floor(cpu / 32)] ?? 0) | (1 << (cpu % 32))) >>> 0;
  return words
    .toReversed()
    .map((word) => word.toString(16).padStart(8, '0'))
    .join(',');
};

/**
 * With which hash a frame that comes in at an interface is worked at on another CPU than the one it comes from: the kernel takes the
 * CPU out of its list at `(hash * length) >> 32` (net/core/dev.c, get_rps_cpu). None for a CPU beside which there is no other.
 */
export const hashesForOthers = (
  cpus: readonly number[],
  list: readonly number[],
): ReadonlyMap<number, number> => {
  const hashes = new Map<number, number>();
  const { length } = list;
  for (const cpu of cpus) {
    const next = list.findIndex((each) => each > cpu);
    const at = Math.max(next, 0); // behind the last one comes the first
    if (list[at] === undefined || list[at] === cpu) continue;
    hashes.set(cpu, Math.floor(((at + 0.5) / length) * 2 ** 32));
  }
  return hashes;
};

const sysfs = (name: string, file: string): string => `/sys/class/net/${name}/${file}`;
const RPS = 'queues/rx-0/rps_cpus';

/**
 * Lets all CPUs take part in what comes in at an interface (RPS), and gives the hash by which another CPU than each is chosen; or says
 * why not, in words: a hardened unit may have no writable /sys, and in another network namespace it may be another's.
 */
export const spreadOverCpus = (name: string, index: number): ReadonlyMap<number, number> | string => {
  try {
    if (Number(readFileSync(sysfs(name, 'ifindex'), 'utf8')) !== index)
      return `/sys/class/net/${name} is another interface: /sys is of another network namespace`;
    const cpus = cpusInList(readFileSync('/sys/devices/system/cpu/online', 'utf8'));
    if (cpus.length < 2) return 'there is one CPU';
    writeFileSync(sysfs(name, RPS), maskOfCpus(cpus));
    return hashesForOthers(cpus, cpusInMask(readFileSync(sysfs(name, RPS), 'utf8')));
  } catch (error) {
    return `${sysfs(name, RPS)} cannot be written (${error instanceof Error ? error.message : String(error)})`;
  }
};

/**
 * Sees to it that what comes in at an interface is worked at where it comes from. False where other CPUs may take it: a default of
 * the machine says so (net.core.rps_default_mask), and cannot be changed here.
 */
export const keepToOneCpu = (name: string, index: number): boolean => {
  try {
    if (Number(readFileSync(sysfs(name, 'ifindex'), 'utf8')) !== index) return true; // it cannot have been set from here
    if (cpusInMask(readFileSync(sysfs(name, RPS), 'utf8')).length === 0) return true;
    writeFileSync(sysfs(name, RPS), '0');
    return cpusInMask(readFileSync(sysfs(name, RPS), 'utf8')).length === 0;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'; // a kernel without RPS has no such file
  }
};
