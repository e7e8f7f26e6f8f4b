import { LruHashMap } from '@nic-herald/linux-sys';
import koffi from 'koffi';
import { afterEach, describe, expect, it } from 'vitest';
import { privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const BPF_MAP_UPDATE_ELEM = 2;

/** Sets an entry of a map by bpf(2): union bpf_attr has the descriptor, then where key and value are. */
const update = (fd: number, key: Uint8Array, value: Uint8Array): void => {
  const syscall = koffi.load(null).func('long syscall(long, int, void *, uint32_t)');
  const attributes = new Uint8Array(32);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, fd, true);
  view.setBigUint64(8, BigInt(koffi.address(key)), true);
  view.setBigUint64(16, BigInt(koffi.address(value)), true);
  expect(syscall(process.arch === 'x64' ? 321 : 280, BPF_MAP_UPDATE_ELEM, attributes, 32)).toBe(0);
};

describe.skipIf(missing)(`a map in the kernel${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const maps: LruHashMap[] = [];
  const map = (capacity: number, keyBytes = 8, valueBytes = 16): LruHashMap => {
    const made = LruHashMap.create({ name: 'herald_test', keyBytes, valueBytes, capacity });
    maps.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of maps.splice(0)) made.close();
  });

  it.each([0, 4294967295])('is not made with a capacity of %d', (capacity) => {
    expect(() => map(capacity)).toThrow(expect.objectContaining({ code: 'HERALD_SYSTEM_CALL' }) as Error);
  });

  it.each([
    [0, 1024, 8, 16],
    [1, 1024, 8, 16],
    [3000, 4096, 8, 16],
    [5000, 1024, 8, 16],
    [3000, 4096, 24, 24],
    [5000, 1024, 24, 24],
  ])(
    'with %d entries put in and room for %d, of %d and %d bytes, reads the same in batches and one by one',
    (entries, capacity, keyBytes, valueBytes) => {
      const full = map(capacity, keyBytes, valueBytes);
      for (let index = 0; index < entries; index++) {
        const key = new Uint32Array(keyBytes / 4).fill(7);
        const value = new Uint32Array(valueBytes / 4);
        key[0] = index;
        value[0] = index * 3;
        update(full.fd, new Uint8Array(key.buffer), new Uint8Array(value.buffer));
      }
      const read = [full.entries(), full.entries({ batches: false })].map(({ count, keys, values }) => {
        expect([keys.length, values.length]).toEqual([count * keyBytes, count * valueBytes]);
        const [keyWords, valueWords] = [keys, values].map((bytes) => new Uint32Array(bytes.slice().buffer));
        return new Map(
          Array.from({ length: count }, (_, index) => [
            keyWords?.[(index * keyBytes) / 4],
            valueWords?.[(index * valueBytes) / 4],
          ]),
        );
      });
      expect(read[0]).toEqual(read[1]);
      expect(read[0]?.size).toBeLessThanOrEqual(capacity);
      if (entries < capacity) expect(read[0]?.size).toBe(entries);
      for (const [key = Number.NaN, value] of read[0] ?? []) expect(value).toBe(key * 3);
    },
  );
});
