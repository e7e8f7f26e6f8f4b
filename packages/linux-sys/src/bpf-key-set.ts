import { putAll, takeAll } from './bpf-batch.js';
import { type BpfMapShape, createHashMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';

/** A hash map must have a value; nothing reads this one. */
const VALUE_BYTES = 8;
const NO_VALUES = new Uint8Array(0);

/** The shape of a set. */
export interface BpfKeySetShape {
  /** At most 15 letters, digits or underscores. */
  readonly name: string;
  readonly keyBytes: number;
  /** Most keys; memory is taken as they are put in, but for 16 bytes each. */
  readonly capacity: number;
}

/**
 * Keys that programs in the kernel can look up. It lives as long as this descriptor or a program that uses it. Many keys take
 * one system call, which needs Linux 5.6.
 */
export class BpfKeySet {
  private constructor(
    readonly shape: BpfMapShape,
    private readonly descriptor: FileDescriptor,
  ) {}

  /** Makes an empty one. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError. */
  static create(given: BpfKeySetShape): BpfKeySet {
    const shape = { ...given, valueBytes: VALUE_BYTES };
    return new BpfKeySet(shape, createHashMap(shape));
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Puts keys in; what is there stays. Throws SystemCallError, E2BIG where it is full: some are in then. */
  add(keys: readonly Uint8Array[]): void {
    putAll(this, joined(keys, this.shape.keyBytes), NO_VALUES, 'put keys into');
  }

  /** Takes keys out. Throws SystemCallError, ENOENT where one is not there: some are out then. */
  delete(keys: readonly Uint8Array[]): void {
    takeAll(this, joined(keys, this.shape.keyBytes), 'take keys out of');
  }

  close(): void {
    this.descriptor.close();
  }
}

const joined = (keys: readonly Uint8Array[], keyBytes: number): Uint8Array => {
  const all = new Uint8Array(keys.length * keyBytes);
  for (const [index, key] of keys.entries()) all.set(key.subarray(0, keyBytes), index * keyBytes);
  return all;
};
