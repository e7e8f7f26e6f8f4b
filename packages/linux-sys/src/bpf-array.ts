import { constants } from 'node:os';
import { BpfElement, ELEMENT } from './bpf-element.js';
import { createBpfMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';

// bpf(2), linux/bpf.h

const BPF_MAP_TYPE_ARRAY = 2;
const KEY_BYTES = 4;

/**
 * An array in the kernel whose entries are all there from the beginning, of zeros, for programs to write to. A program finds an
 * entry without a call. It lives as long as this descriptor or a program that uses it.
 */
export class BpfArray {
  private readonly element: BpfElement;

  private constructor(
    private readonly descriptor: FileDescriptor,
    name: string,
    valueBytes: number,
  ) {
    this.element = new BpfElement(name, KEY_BYTES, valueBytes);
  }

  /**
   * Makes one of `length` entries; all memory is taken now. `name` has at most 15 letters, digits or underscores. Needs CAP_BPF
   * (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError.
   */
  static create(name: string, valueBytes: number, length: number): BpfArray {
    const shape = { name, keyBytes: KEY_BYTES, valueBytes, capacity: length };
    return new BpfArray(createBpfMap(BPF_MAP_TYPE_ARRAY, shape), name, valueBytes);
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /** Writes an entry as a whole. Throws SystemCallError, E2BIG where there is no such entry. */
  set(index: number, value: Uint8Array): void {
    this.pointTo(index);
    this.element.value.set(value);
    this.element.ask(this.fd, ELEMENT.update, 'write to', 0);
  }

  /** A copy of an entry; `undefined` where there is no such entry. Throws SystemCallError. */
  get(index: number): Uint8Array | undefined {
    this.pointTo(index);
    const isThere = this.element.ask(this.fd, ELEMENT.lookup, 'read', constants.errno.ENOENT);
    return isThere ? this.element.value.slice() : undefined;
  }

  close(): void {
    this.descriptor.close();
  }

  private pointTo(index: number): void {
    const { buffer, byteOffset } = this.element.key;
    new DataView(buffer, byteOffset).setUint32(0, index, true);
  }
}
