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
  const map = (capacity: number): LruHashMap => {
    const made = LruHashMap.create({ name: 'herald_test', keyBytes: 8, valueBytes: 16, capacity });
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
    [0, 1024],
    [1, 1024],
    [3000, 4096],
    [5000, 1024],
  ])(
    'with %d entries put in and room for %d reads the same in batches and one by one',
    (entries, capacity) => {
      const full = map(capacity);
      for (let index = 0; index < entries; index++) {
        const key = new Uint8Array(Uint32Array.of(index, 7).buffer);
        update(full.fd, key, new Uint8Array(Uint32Array.of(index * 3, 0, 1, 0).buffer));
      }
      const read = [full.entries(), full.entries({ batches: false })].map(({ count, keys, values }) => {
        expect(count).toBe(keys.length / 8);
        const words = new Uint32Array(values.slice().buffer);
        return new Map(
          Array.from(
            new Uint32Array(keys.slice().buffer).filter((_, at) => at % 2 === 0),
            (key, at) => [key, words[at * 4]],
          ),
        );
      });
      expect(read[0]).toEqual(read[1]);
      expect(read[0]?.size).toBeLessThanOrEqual(capacity);
      if (entries < capacity) expect(read[0]?.size).toBe(entries);
      for (const [key, value] of read[0] ?? []) expect(value).toBe(key * 3);
    },
  );
});
