import { constants } from 'node:os';
import { createBpfMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_MAP_LOOKUP_ELEM = 1;
const BPF_MAP_UPDATE_ELEM = 2;
const BPF_MAP_DELETE_ELEM = 3;
const BPF_MAP_TYPE_HASH = 1;
const BPF_F_NO_PREALLOC = 1;
const BPF_NOEXIST = 1n;
/** union bpf_attr of a single element. */
const ELEMENT_BYTES = 32;
/** The same of a deletion, which wants no more than a key. */
const KEY_BYTES = 16;
const KEY_AT = ELEMENT_BYTES;
const VALUE_AT = KEY_AT + 8;

/**
 * Counters in the kernel, 64 bits each, under keys of 32 bits: a hash map in which a program counts what it sees, where
 * it finds a counter. It lives as long as this descriptor or a program that uses it.
 */
export class CounterMap {
  private readonly descriptor: FileDescriptor;
  private readonly name: string;
  /** One element request with its key and value behind it; made once, since a counter is read often. */
  private readonly memory = new Uint8Array(new ArrayBuffer(VALUE_AT + 8));
  private readonly view = new DataView(this.memory.buffer);

  private constructor(name: string, descriptor: FileDescriptor) {
    this.name = name;
    this.descriptor = descriptor;
    const address = libc().addressOf(this.memory);
    this.view.setUint32(0, descriptor.number, true);
    this.view.setBigUint64(8, BigInt(address + KEY_AT), true);
    this.view.setBigUint64(16, BigInt(address + VALUE_AT), true);
  }

  /**
   * Makes one for at most `capacity` counters; memory is taken as they are added. `name` has at most 15 letters, digits
   * or underscores. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError.
   */
  static create(name: string, capacity: number): CounterMap {
    const shape = { name, keyBytes: 4, valueBytes: 8, capacity };
    return new CounterMap(name, createBpfMap(BPF_MAP_TYPE_HASH, shape, BPF_F_NO_PREALLOC));
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Begins to count under a key, from 0; goes on where it is counted already. Throws SystemCallError (E2BIG where it is full). */
  add(key: number): void {
    this.view.setBigUint64(VALUE_AT, 0n, true);
    this.ask(BPF_MAP_UPDATE_ELEM, key, BPF_NOEXIST, 'add', constants.errno.EEXIST);
  }

  /** What was counted under a key, exact up to 2^53; `undefined` where nothing is counted there. Throws SystemCallError. */
  read(key: number): number | undefined {
    const isThere = this.ask(BPF_MAP_LOOKUP_ELEM, key, 0n, 'read', constants.errno.ENOENT);
    return isThere ? Number(this.view.getBigUint64(VALUE_AT, true)) : undefined;
  }

  /** Counts no more under a key. Throws SystemCallError. */
  remove(key: number): void {
    this.ask(BPF_MAP_DELETE_ELEM, key, 0n, 'remove', constants.errno.ENOENT);
  }

  close(): void {
    this.descriptor.close();
    this.view.setUint32(0, 0xffff_ffff, true);
  }

  /** False where the kernel answers with that error, which is no fault. */
  private ask(command: number, key: number, flags: bigint, doing: string, harmless: number): boolean {
    this.view.setUint32(KEY_AT, key, true);
    this.view.setBigUint64(24, flags, true);
    const size = command === BPF_MAP_DELETE_ELEM ? KEY_BYTES : ELEMENT_BYTES;
    if (libc().bpf(command, this.memory, size) >= 0) return true;
    const errno = libc().errno();
    if (errno === harmless) return false;
    throw new SystemCallError('bpf', errno, `${doing} a counter of ${this.name}`);
  }
}
