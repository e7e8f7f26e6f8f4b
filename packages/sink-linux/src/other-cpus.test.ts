import { describe, expect, it } from 'vitest';
import { cpusInList, cpusInMask, hashesForOthers, maskOfCpus } from './other-cpus.js';

describe('lists and masks of CPUs', () => {
  it.each([
    ['', []],
    ['\n', []],
    ['3-1', []],
    ['0', [0]],
    ['0-1\n', [0, 1]],
    ['0-2,8,64-65', [0, 1, 2, 8, 64, 65]],
  ])('%j lists %j', (text, cpus) => {
    expect(cpusInList(text)).toEqual(cpus);
  });

  it.each([
    ['0\n', []],
    ['3', [0, 1]],
    ['00000001,80000000,00000004', [2, 63, 64]],
  ])('%j is the mask of %j', (text, cpus) => {
    expect(cpusInMask(text)).toEqual(cpus);
  });

  it.each([[[0]], [[0, 1]], [[31, 32]], [[0, 63, 64, 200]]])(
    '%j comes out of its mask as it went in',
    (cpus) => {
      expect(cpusInMask(maskOfCpus(cpus))).toEqual(cpus);
    },
  );
});

describe('hashesForOthers', () => {
  /** As the kernel takes a CPU out of its list: reciprocal_scale in include/linux/kernel.h. */
  const chosen = (list: readonly number[], hash: number): number | undefined =>
    list[Number((BigInt(hash) * BigInt(list.length)) >> 32n)];

  it.each([
    [[0], [0]],
    [[0], []],
  ])('gives none for CPUs %j of which %j take part: there is no other', (cpus, list) => {
    expect([...hashesForOthers(cpus, list)]).toEqual([]);
  });

  it.each([
    [
      [0, 1],
      [0, 1],
    ],
    [
      [0, 1, 2, 3],
      [1, 3],
    ],
    [[5], [2]],
    [Array.from({ length: 200 }, (_, cpu) => cpu), [0, 7, 63, 64, 127, 199]],
  ])('leads from each of %j to another of %j', (cpus, list) => {
    const hashes = hashesForOthers(cpus, list);
    expect([...hashes.keys()]).toEqual(cpus);
    for (const [cpu, hash] of hashes) {
      const other = chosen(list, hash);
      expect(list).toContain(other);
      expect(other).not.toBe(cpu);
      expect(hash).toBeGreaterThan(0); // 0 stands for none
      expect(hash).toBeLessThan(2 ** 32);
    }
  });
});
