import { constants } from 'node:os';
import { BpfElement, ELEMENT } from './bpf-element.js';
import { createHashMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';

// bpf(2), linux/bpf.h

const BPF_NOEXIST = 1n;
const KEY_BYTES = 4;
const VALUE_BYTES = 8;

/**
 * Counters in the kernel, 64 bits each, under keys of 32 bits: a hash map in which a program counts what it sees, where
 * it finds a counter. It lives as long as this descriptor or a program that uses it.
 */
export class CounterMap {
  private readonly element: BpfElement;
  private readonly key: DataView;
  private readonly value: DataView;

  private constructor(
    name: string,
    private readonly descriptor: FileDescriptor,
  ) {
    this.element = new BpfElement(name, KEY_BYTES, VALUE_BYTES);
    this.key = viewOf(this.element.key);
    this.value = viewOf(this.element.value);
  }

  /**
   * Makes one for at most `capacity` counters; memory is taken as they are added. `name` has at most 15 letters, digits
   * or underscores. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError.
   */
  static create(name: string, capacity: number): CounterMap {
    const shape = { name, keyBytes: KEY_BYTES, valueBytes: VALUE_BYTES, capacity };
    return new CounterMap(name, createHashMap(shape));
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Begins to count under a key, from 0; goes on where it is counted already. Throws SystemCallError (E2BIG where it is full). */
  add(key: number): void {
    this.value.setBigUint64(0, 0n, true);
    this.ask(ELEMENT.update, key, 'add a counter to', constants.errno.EEXIST, BPF_NOEXIST);
  }

  /** What was counted under a key, exact up to 2^53; `undefined` where nothing is counted there. Throws SystemCallError. */
  read(key: number): number | undefined {
    const isThere = this.ask(ELEMENT.lookup, key, 'read a counter of', constants.errno.ENOENT);
    return isThere ? Number(this.value.getBigUint64(0, true)) : undefined;
  }

  /** Counts no more under a key. Throws SystemCallError. */
  remove(key: number): void {
    this.ask(ELEMENT.delete, key, 'remove a counter of', constants.errno.ENOENT);
  }

  close(): void {
    this.descriptor.close();
  }

  private ask(command: number, key: number, doing: string, harmless: number, flags = 0n): boolean {
    this.key.setUint32(0, key, true);
    return this.element.ask(this.fd, command, doing, harmless, flags);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
