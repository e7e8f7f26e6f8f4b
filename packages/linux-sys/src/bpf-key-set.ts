import { createBpfMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';

// bpf(2), linux/bpf.h

const BPF_MAP_TYPE_HASH = 1;
const BPF_F_NO_PREALLOC = 1;
const BPF_MAP_UPDATE_BATCH = 26;
const BPF_MAP_DELETE_BATCH = 27;
/** union bpf_attr of a batch. */
const BATCH_BYTES = 56;
/** A hash map must have a value; nothing reads this one. */
const VALUE_BYTES = 8;

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
  private readonly shape: BpfKeySetShape;
  private readonly descriptor: FileDescriptor;

  private constructor(shape: BpfKeySetShape, descriptor: FileDescriptor) {
    this.shape = shape;
    this.descriptor = descriptor;
  }

  /** Makes an empty one. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError. */
  static create(shape: BpfKeySetShape): BpfKeySet {
    return new BpfKeySet(
      shape,
      createBpfMap(BPF_MAP_TYPE_HASH, { ...shape, valueBytes: VALUE_BYTES }, BPF_F_NO_PREALLOC),
    );
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Puts keys in; what is there stays. Throws SystemCallError, E2BIG where it is full: some are in then. */
  add(keys: readonly Uint8Array[]): void {
    this.batch(BPF_MAP_UPDATE_BATCH, keys, 'put keys into');
  }

  /** Takes keys out. Throws SystemCallError, ENOENT where one is not there: some are out then. */
  delete(keys: readonly Uint8Array[]): void {
    this.batch(BPF_MAP_DELETE_BATCH, keys, 'take keys out of');
  }

  close(): void {
    this.descriptor.close();
  }

  private batch(command: number, keys: readonly Uint8Array[], did: string): void {
    if (keys.length === 0) return;
    const { keyBytes, name } = this.shape;
    const valuesAt = BATCH_BYTES + ((keys.length * keyBytes + 7) & ~7);
    // One block for the call and all it points to: it stays alive as the call's argument.
    const memory = new Uint8Array(valuesAt + keys.length * VALUE_BYTES);
    for (const [index, key] of keys.entries()) {
      memory.set(key.subarray(0, keyBytes), BATCH_BYTES + index * keyBytes);
    }
    const address = libc().addressOf(memory);
    const view = new DataView(memory.buffer);
    view.setBigUint64(16, BigInt(address + BATCH_BYTES), true);
    view.setBigUint64(24, BigInt(address + valuesAt), true);
    view.setUint32(32, keys.length, true);
    view.setInt32(36, this.fd, true);
    checked(libc().bpf(command, memory, BATCH_BYTES), 'bpf', `${did} the map ${name}`);
  }
}
