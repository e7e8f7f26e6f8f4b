import { constants } from 'node:os';
import { putAll, takeThoseThere } from './bpf-batch.js';
import { BpfElement, ELEMENT } from './bpf-element.js';
import { type BpfMapShape, createHashMap } from './create-bpf-map.js';
import type { FileDescriptor } from './file-descriptor.js';

/**
 * A hash map in the kernel that user space writes. Of all that delete a key, program or process, one is told that it did.
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
    return new BpfTable(shape, createHashMap(shape));
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
    putAll(this, keys, values, 'write to');
  }

  /** Takes keys out by one system call; those that are not there are passed over. Needs Linux 5.6. Throws SystemCallError. */
  deleteAll(keys: Uint8Array): void {
    takeThoseThere(this, keys, 'take keys out of');
  }

  close(): void {
    this.descriptor.close();
  }
}
