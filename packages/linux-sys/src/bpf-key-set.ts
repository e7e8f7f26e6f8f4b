import { constants } from 'node:os';
import { createBpfMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_MAP_UPDATE_ELEM = 2;
const BPF_MAP_DELETE_ELEM = 3;
const BPF_MAP_TYPE_HASH = 1;
/** union bpf_attr of a single element: the map, its key, its value, flags. */
const ELEMENT_BYTES = 32;
/** A hash map must have a value; nothing reads this one. */
const VALUE_BYTES = 8;

/** The shape of a set. */
export interface BpfKeySetShape {
  /** At most 15 letters, digits or underscores. */
  readonly name: string;
  readonly keyBytes: number;
  /** Most keys; all memory is taken when it is made. */
  readonly capacity: number;
}

/** Keys that programs in the kernel can look up. It lives as long as this descriptor or a program that uses it. */
export class BpfKeySet {
  private readonly shape: BpfKeySetShape;
  private readonly descriptor: FileDescriptor;
  /** One block for a call and all it points to: it stays alive as the call's argument. */
  private readonly memory: Uint8Array;

  private constructor(shape: BpfKeySetShape, descriptor: FileDescriptor) {
    this.shape = shape;
    this.descriptor = descriptor;
    const valueAt = ELEMENT_BYTES + ((shape.keyBytes + 7) & ~7);
    this.memory = new Uint8Array(valueAt + VALUE_BYTES);
    const address = libc().addressOf(this.memory);
    const view = new DataView(this.memory.buffer);
    view.setBigUint64(8, BigInt(address + ELEMENT_BYTES), true);
    view.setBigUint64(16, BigInt(address + valueAt), true);
  }

  /** Makes an empty one. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError. */
  static create(shape: BpfKeySetShape): BpfKeySet {
    return new BpfKeySet(shape, createBpfMap(BPF_MAP_TYPE_HASH, { ...shape, valueBytes: VALUE_BYTES }));
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Puts a key in; one that is there stays. Throws SystemCallError, E2BIG where it is full. */
  add(key: Uint8Array): void {
    if (this.call(BPF_MAP_UPDATE_ELEM, key) < 0) throw this.refused('put a key into');
  }

  /** Takes a key out, if it is there. Throws SystemCallError. */
  delete(key: Uint8Array): void {
    if (this.call(BPF_MAP_DELETE_ELEM, key) < 0 && libc().errno() !== constants.errno.ENOENT) {
      throw this.refused('take a key out of');
    }
  }

  close(): void {
    this.descriptor.close();
  }

  private call(command: number, key: Uint8Array): number {
    new DataView(this.memory.buffer).setInt32(0, this.fd, true); // -1 once closed: never another's descriptor
    this.memory.set(key.subarray(0, this.shape.keyBytes), ELEMENT_BYTES);
    return libc().bpf(command, this.memory, ELEMENT_BYTES);
  }

  private refused(did: string): SystemCallError {
    return new SystemCallError('bpf', libc().errno(), `${did} the map ${this.shape.name}`);
  }
}
