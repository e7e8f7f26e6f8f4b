import { constants } from 'node:os';
import { BATCH_BYTES, putAll, takeThoseThere } from './bpf-batch.js';
import { type BpfMapShape, createHashMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_MAP_LOOKUP_ELEM = 1;
const BPF_MAP_GET_NEXT_KEY = 4;
const BPF_MAP_LOOKUP_BATCH = 24;
/** union bpf_attr of a single element. */
const ELEMENT_BYTES = 32;
/** Where a batch goes on: the kernel's own, of at most so many bytes. */
const POSITION_BYTES = 8;
/** The first batch has room for so many entries, and each that follows for so many times more. */
const FIRST_ROOM = 128;
const GROWTH = 8;
/** The kernel's own number for "not supported", which errno(3) does not list. */
const ENOTSUPP = 524;

/** Entries of a map: `count` keys one after another, and their values in the same order. */
export interface BpfMapEntries {
  readonly count: number;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
}

/**
 * A hash map in the kernel that programs write to, and user space where it wants. Memory is taken as entries come: an empty one takes 16 bytes for each that
 * it has room for. Where it is full a program can put no further key in. It lives as long as this descriptor or a program
 * that uses it.
 */
export class BpfHashMap {
  readonly shape: BpfMapShape;
  private readonly descriptor: FileDescriptor;

  private constructor(shape: BpfMapShape, descriptor: FileDescriptor) {
    this.shape = shape;
    this.descriptor = descriptor;
  }

  /** Makes one. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError. */
  static create(shape: BpfMapShape): BpfHashMap {
    return new BpfHashMap(shape, createHashMap(shape));
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /**
   * All entries at this moment, each key once, in no order. One system call for
   * many entries; where the kernel refuses that, as before Linux 5.6, or `batches` is false, two per entry.
   * Throws SystemCallError.
   */
  entries({ batches = true } = {}): BpfMapEntries {
    return (batches ? this.inBatches() : undefined) ?? this.oneByOne();
  }

  /**
   * Puts entries in, in the place of those that are there: keys one after another, and their values in the same order. One system
   * call, which needs Linux 5.6. Throws SystemCallError, E2BIG where it is full: some are in then.
   */
  setAll(keys: Uint8Array, values: Uint8Array): void {
    putAll(this, keys, values, 'write to');
  }

  /**
   * Takes keys out; `keys` has them one after another. What is not there any more is none. One system call, which needs
   * Linux 5.6. Throws SystemCallError.
   */
  delete(keys: Uint8Array): void {
    takeThoseThere(this, keys, 'make room in');
  }

  close(): void {
    this.descriptor.close();
  }

  /** Undefined where the kernel does not know batches of this kind of map. */
  private inBatches(): BpfMapEntries | undefined {
    const { keyBytes, valueBytes, capacity } = this.shape;
    const chunks: BpfMapEntries[] = [];
    let count = 0;
    let position = new Uint8Array(POSITION_BYTES);
    // Room for a whole map costs more to clear than most maps cost to read.
    for (let room = Math.min(FIRST_ROOM, capacity); count < capacity; ) {
      const { memory, address, at } = arena([
        BATCH_BYTES,
        POSITION_BYTES,
        room * keyBytes,
        room * valueBytes,
      ]);
      const [, reached, keys, values] = at;
      const view = new DataView(memory.buffer);
      memory.set(position, reached);
      view.setBigUint64(0, chunks.length === 0 ? 0n : BigInt(address + reached), true);
      view.setBigUint64(8, BigInt(address + reached), true); // where the kernel writes how far it came
      view.setBigUint64(16, BigInt(address + keys), true);
      view.setBigUint64(24, BigInt(address + values), true);
      view.setUint32(32, room, true); // on return, how many came
      view.setUint32(36, this.fd, true);
      const result = libc().bpf(BPF_MAP_LOOKUP_BATCH, memory, BATCH_BYTES);
      const errno = result < 0 ? libc().errno() : 0;
      const { EINVAL, ENOENT, ENOSPC } = constants.errno;
      if (chunks.length === 0 && (errno === EINVAL || errno === ENOTSUPP)) return undefined;
      if (errno === ENOSPC && room < capacity) {
        room = Math.min(room * GROWTH, capacity); // more are in one place than there is room for
        continue;
      }
      if (errno === ENOSPC) break; // entries came while it was read
      if (errno !== 0 && errno !== ENOENT) throw new SystemCallError('bpf', errno, this.reading());
      const came = Math.min(view.getUint32(32, true), capacity - count);
      count += came;
      chunks.push({
        count: came,
        keys: memory.subarray(keys, keys + came * keyBytes),
        values: memory.subarray(values, values + came * valueBytes),
      });
      if (errno === ENOENT) break; // that was all
      position = memory.slice(reached, reached + POSITION_BYTES); // go on from there
      room = Math.min(room * GROWTH, capacity);
    }
    return {
      count,
      keys: joined(chunks.map((chunk) => chunk.keys)),
      values: joined(chunks.map((chunk) => chunk.values)),
    };
  }

  /** Entries may come and go meanwhile: a key that went makes the kernel start over, so steps are bounded. */
  private oneByOne(): BpfMapEntries {
    const { keyBytes, valueBytes, capacity } = this.shape;
    const { memory, address, at } = arena([ELEMENT_BYTES, keyBytes, keyBytes, valueBytes]);
    const [, key, nextKey, value] = at;
    const view = new DataView(memory.buffer);
    view.setUint32(0, this.fd, true);
    const found = new Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>();
    for (let step = 0; step < 2 * capacity && found.size < capacity; step++) {
      view.setBigUint64(8, step === 0 ? 0n : BigInt(address + key), true);
      view.setBigUint64(16, BigInt(address + nextKey), true);
      if (libc().bpf(BPF_MAP_GET_NEXT_KEY, memory, ELEMENT_BYTES) < 0) {
        if (libc().errno() === constants.errno.ENOENT) break; // that was all
        throw new SystemCallError('bpf', libc().errno(), this.reading());
      }
      memory.copyWithin(key, nextKey, nextKey + keyBytes);
      view.setBigUint64(8, BigInt(address + key), true);
      view.setBigUint64(16, BigInt(address + value), true);
      if (libc().bpf(BPF_MAP_LOOKUP_ELEM, memory, ELEMENT_BYTES) < 0) {
        if (libc().errno() === constants.errno.ENOENT) continue; // went meanwhile
        throw new SystemCallError('bpf', libc().errno(), this.reading());
      }
      const bytes = memory.slice(key, key + keyBytes);
      found.set(bytes.join(), { key: bytes, value: memory.slice(value, value + valueBytes) });
    }
    const entries = [...found.values()];
    const keys = new Uint8Array(entries.length * keyBytes);
    const values = new Uint8Array(entries.length * valueBytes);
    for (const [index, entry] of entries.entries()) {
      keys.set(entry.key, index * keyBytes);
      values.set(entry.value, index * valueBytes);
    }
    return { count: entries.length, keys, values };
  }

  private reading(): string {
    return `read the map ${this.shape.name}`;
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : new Uint8Array(Buffer.concat(parts));
};

/** One block for a call and all it points to, which stays alive as the call's argument; each part at its offset. */
const arena = (
  lengths: readonly [number, number, number, number],
): {
  readonly memory: Uint8Array;
  readonly address: number;
  readonly at: readonly [number, number, number, number];
} => {
  const padded = (length: number): number => (length + 7) & ~7;
  const [first, second, third, fourth] = lengths;
  const at2 = padded(first);
  const at3 = at2 + padded(second);
  const at4 = at3 + padded(third);
  const memory = new Uint8Array(at4 + padded(fourth));
  return { memory, address: libc().addressOf(memory), at: [0, at2, at3, at4] };
};
