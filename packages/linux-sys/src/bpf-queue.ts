import { constants } from 'node:os';
import { BpfElement, ELEMENT } from './bpf-element.js';
import { createBpfMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';

// bpf(2), linux/bpf.h

const BPF_MAP_TYPE_QUEUE = 22;

/**
 * A queue in the kernel, first in, first out: programs and user space may both put values in and take them out, and each value
 * comes out once. It lives as long as this descriptor or a program that uses it. Linux 4.20.
 */
export class BpfQueue {
  private readonly element: BpfElement;

  private constructor(
    private readonly descriptor: FileDescriptor,
    name: string,
    valueBytes: number,
  ) {
    this.element = new BpfElement(name, 0, valueBytes);
  }

  /**
   * Makes an empty one for at most `capacity` values; all memory is taken now. `name` has at most 15 letters, digits or underscores.
   * Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError.
   */
  static create(name: string, valueBytes: number, capacity: number): BpfQueue {
    const shape = { name, keyBytes: 0, valueBytes, capacity };
    return new BpfQueue(createBpfMap(BPF_MAP_TYPE_QUEUE, shape), name, valueBytes);
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Puts a value at its end; false where it is full. Throws SystemCallError. */
  push(value: Uint8Array): boolean {
    this.element.value.set(value);
    return this.element.ask(this.fd, ELEMENT.update, 'write to', constants.errno.E2BIG);
  }

  /** Takes the first value out; `undefined` where there is none. Throws SystemCallError. */
  pop(): Uint8Array | undefined {
    const isThere = this.element.ask(this.fd, ELEMENT.lookupAndDelete, 'take from', constants.errno.ENOENT);
    return isThere ? this.element.value.slice() : undefined;
  }

  close(): void {
    this.descriptor.close();
  }
}
