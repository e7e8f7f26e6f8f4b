import { readFileSync } from 'node:fs';
import { BpfHashMap } from '@nic-herald/linux-sys';
import koffi from 'koffi';
import { afterEach, describe, expect, it } from 'vitest';
import { privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const BPF_MAP_UPDATE_ELEM = 2;

/** Sets an entry of a map by bpf(2): union bpf_attr has the descriptor, then where key and value are. */
const update = (fd: number, key: Uint8Array, value: Uint8Array, fits = true): void => {
  const syscall = koffi.load(null).func('long syscall(long, int, void *, uint32_t)');
  const attributes = new Uint8Array(32);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, fd, true);
  view.setBigUint64(8, BigInt(koffi.address(key)), true);
  view.setBigUint64(16, BigInt(koffi.address(value)), true);
  expect(syscall(process.arch === 'x64' ? 321 : 280, BPF_MAP_UPDATE_ELEM, attributes, 32)).toBe(
    fits ? 0 : -1,
  );
};

describe.skipIf(missing)(`a map in the kernel${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const maps: BpfHashMap[] = [];
  const map = (capacity: number, keyBytes = 8, valueBytes = 16): BpfHashMap => {
    const made = BpfHashMap.create({ name: 'herald_test', keyBytes, valueBytes, capacity });
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
        update(full.fd, new Uint8Array(key.buffer), new Uint8Array(value.buffer), index < capacity);
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
      expect(read[0]?.size).toBe(Math.min(entries, capacity));
      for (const [key = Number.NaN, value] of read[0] ?? []) expect(value).toBe(key * 3);
    },
  );

  it('has room again for what was taken out, and does not mind what was not there', () => {
    const full = map(2);
    const key = (first: number): Uint8Array => Uint8Array.of(first, 0, 0, 0, 0, 0, 0, 0);
    const value = new Uint8Array(16);
    for (const each of [1, 2]) update(full.fd, key(each), value);
    update(full.fd, key(3), value, false);
    full.delete(new Uint8Array(0));
    full.delete(key(1));
    update(full.fd, key(3), value);
    full.delete(key(1));
    full.delete(new Uint8Array([...key(2), ...key(3)]));
    expect(full.entries().count).toBe(0);
  });

  it('takes memory for what is in it', () => {
    const made = map(4096);
    const taken = (): number =>
      Number(/^memlock:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${made.fd}`, 'utf8'))?.[1]);
    const empty = taken();
    expect(empty).toBeLessThan(100_000);
    for (let index = 0; index < 4096; index++) {
      update(made.fd, new Uint8Array(Uint32Array.of(index, 0).buffer), new Uint8Array(16));
    }
    expect(taken()).toBeGreaterThan(2 * empty);
    made.delete(made.entries().keys);
    expect(taken()).toBe(empty);
  });
});
