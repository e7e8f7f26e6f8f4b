import { BpfArray, BpfQueue, BpfTable } from '@nic-herald/linux-sys';
import { afterEach, describe, expect, it } from 'vitest';
import { privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const u32 = (...numbers: number[]): Uint8Array => new Uint8Array(Uint32Array.from(numbers).buffer);

describe.skipIf(missing)(`maps that user space writes${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const made: { close(): void }[] = [];
  const keep = <T extends { close(): void }>(one: T): T => {
    made.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of made.splice(0)) one.close();
  });

  describe('a hash map', () => {
    const hash = (capacity = 100): BpfTable =>
      keep(BpfTable.create({ name: 'test_hash', keyBytes: 4, valueBytes: 12, capacity }));

    it('gives back what was put in last, and nothing where nothing was', () => {
      const map = hash();
      expect(map.get(u32(1))).toBeUndefined();
      map.set(u32(1), u32(1, 2, 3));
      map.set(u32(1), u32(4, 5, 6));
      map.set(u32(2), u32(7, 8, 9));
      expect([map.get(u32(1)), map.get(u32(2))]).toEqual([u32(4, 5, 6), u32(7, 8, 9)]);
    });

    it('tells who took a key out: one alone', () => {
      const map = hash();
      map.set(u32(1), u32(1, 2, 3));
      expect([map.delete(u32(1)), map.delete(u32(1)), map.get(u32(1))]).toEqual([true, false, undefined]);
    });

    it('takes many in and out at once, also where some are gone', () => {
      const map = hash(1000);
      const numbers = Array.from({ length: 1000 }, (_, index) => index);
      map.setAll(u32(...numbers), u32(...numbers.flatMap((number) => [number, 0, 1])));
      expect(map.get(u32(999))).toEqual(u32(999, 0, 1));
      for (const gone of [0, 1, 500, 999]) map.delete(u32(gone));
      map.deleteAll(u32(...numbers));
      expect(numbers.filter((number) => map.get(u32(number)) !== undefined)).toEqual([]);
      map.deleteAll(new Uint8Array(0));
      map.setAll(new Uint8Array(0), new Uint8Array(0));
    });

    it('says that it is full, and works no more once closed', () => {
      const map = hash(2);
      map.set(u32(1), u32(1, 1, 1));
      map.set(u32(2), u32(1, 1, 1));
      expect(() => map.set(u32(3), u32(1, 1, 1))).toThrow(/E2BIG.*test_hash/);
      expect(() => map.setAll(u32(3), u32(1, 1, 1))).toThrow(/E2BIG.*test_hash/);
      map.close();
      expect(map.fd).toBe(-1);
      expect(() => map.get(u32(1))).toThrow(/EBADF/);
    });
  });

  it('an array has all its entries from the beginning, of zeros, and no others', () => {
    const array = keep(BpfArray.create('test_array', 8, 3));
    array.set(1, u32(1, 2));
    array.set(1, u32(3, 4));
    expect([0, 1, 2, 3].map((index) => array.get(index))).toEqual([
      u32(0, 0),
      u32(3, 4),
      u32(0, 0),
      undefined,
    ]);
    expect(() => array.set(3, u32(1, 2))).toThrow(/E2BIG.*test_array/);
    array.close();
    expect(array.fd).toBe(-1);
    expect(() => array.get(0)).toThrow(/EBADF/);
  });

  it('a queue gives each value once, the first first, and says where it is full or empty', () => {
    const queue = keep(BpfQueue.create('test_queue', 4, 3));
    expect(queue.pop()).toBeUndefined();
    expect([1, 2, 3, 4].map((number) => queue.push(u32(number)))).toEqual([true, true, true, false]);
    expect([queue.pop(), queue.pop(), queue.push(u32(5))]).toEqual([u32(1), u32(2), true]);
    expect([queue.pop(), queue.pop(), queue.pop()]).toEqual([u32(3), u32(5), undefined]);
  });
});
