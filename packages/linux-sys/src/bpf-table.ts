import { constants } from 'node:os';
import { BpfElement, ELEMENT } from './bpf-element.js';
import { type BpfMapShape, createBpfMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_MAP_UPDATE_BATCH = 26;
const BPF_MAP_DELETE_BATCH = 27;
const BPF_MAP_TYPE_HASH = 1;
const BPF_F_NO_PREALLOC = 1;
/** union bpf_attr of a batch. */
const BATCH_BYTES = 56;

/**
 * A hash map in the kernel that user space writes: a key has one value, and whoever deletes it knows that it was the one who did.
 * It lives as long as this descriptor or a program that uses it. Memory is taken as entries are added.
 */
export class BpfTable {
  private readonly element: BpfElement;

  private constructor(
    readonly shape: BpfMapShape,
    private readonly descriptor: FileDescriptor,
  ) {
    this.element = new BpfElement(shape.name, shape.keyBytes, shape.valueBytes);
  }

  /** Makes an empty one. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError. */
  static create(shape: BpfMapShape): BpfTable {
    return new BpfTable(shape, createBpfMap(BPF_MAP_TYPE_HASH, shape, BPF_F_NO_PREALLOC));
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Puts a value under a key, in the place of what is there. Throws SystemCallError, E2BIG where it is full. */
  set(key: Uint8Array, value: Uint8Array): void {
    this.element.key.set(key);
    this.element.value.set(value);
    this.element.ask(this.fd, ELEMENT.update, 'write to', 0);
  }

  /** A copy of what is under a key; `undefined` where nothing is. Throws SystemCallError. */
  get(key: Uint8Array): Uint8Array | undefined {
    this.element.key.set(key);
    const isThere = this.element.ask(this.fd, ELEMENT.lookup, 'read', constants.errno.ENOENT);
    return isThere ? this.element.value.slice() : undefined;
  }

  /** Takes a key out. False where it was not there: somebody else has taken it. Throws SystemCallError. */
  delete(key: Uint8Array): boolean {
    this.element.key.set(key);
    return this.element.ask(this.fd, ELEMENT.delete, 'take a key out of', constants.errno.ENOENT);
  }

  /**
   * Puts many in by one system call: keys one after another, and their values in the same order. Needs Linux 5.6. Throws
   * SystemCallError, E2BIG where it is full: some are in then.
   */
  setAll(keys: Uint8Array, values: Uint8Array): void {
    this.batch(BPF_MAP_UPDATE_BATCH, keys, values, 'write to');
  }

  /** Takes keys out by one system call; those that are not there are passed over. Needs Linux 5.6. Throws SystemCallError. */
  deleteAll(keys: Uint8Array): void {
    const { keyBytes } = this.shape;
    const none = new Uint8Array(0);
    for (let left = keys; left.length > 0; ) {
      const done = this.batch(BPF_MAP_DELETE_BATCH, left, none, 'take keys out of');
      left = left.subarray((done + 1) * keyBytes); // the one at which it ended is not there
    }
  }

  close(): void {
    this.descriptor.close();
  }

  /** How many were done before one was not there; more than there are where all were. */
  private batch(command: number, keys: Uint8Array, values: Uint8Array, did: string): number {
    const { keyBytes, valueBytes, name } = this.shape;
    const count = keys.length / keyBytes;
    if (count === 0) return 0;
    const valuesAt = BATCH_BYTES + ((keys.length + 7) & ~7);
    // One block for the call and all it points to: it stays alive as the call's argument.
    const memory = new Uint8Array(valuesAt + count * valueBytes);
    memory.set(keys, BATCH_BYTES);
    memory.set(values, valuesAt);
    const address = libc().addressOf(memory);
    const view = new DataView(memory.buffer);
    view.setBigUint64(16, BigInt(address + BATCH_BYTES), true);
    view.setBigUint64(24, BigInt(address + valuesAt), true);
    view.setUint32(32, count, true); // on return, how many were done
    view.setInt32(36, this.fd, true);
    if (libc().bpf(command, memory, BATCH_BYTES) >= 0) return count;
    const errno = libc().errno();
    const isGone = command === BPF_MAP_DELETE_BATCH && errno === constants.errno.ENOENT;
    if (!isGone) throw new SystemCallError('bpf', errno, `${did} the map ${name}`);
    return view.getUint32(32, true);
  }
}
