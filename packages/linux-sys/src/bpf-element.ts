import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

/** union bpf_attr of a single element. */
const ELEMENT_BYTES = 32;
/** A deletion wants no more than a key, and is refused where behind that there is something else than zeros. */
const KEY_ONLY_BYTES = 16;

/** Commands for a single element of a map. */
export const ELEMENT = { lookup: 1, update: 2, delete: 3, lookupAndDelete: 21 } as const;

/**
 * One request for an element of a map, with its key and value behind it. It is made once and used again: what is asked on a hot
 * path costs the system call and nothing else.
 */
export class BpfElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  private readonly memory: Uint8Array;
  private readonly view: DataView;

  /** Of a map of these sizes; without keys where `keyBytes` is 0. `name` is for errors. */
  constructor(
    private readonly name: string,
    keyBytes: number,
    valueBytes: number,
  ) {
    const valueAt = ELEMENT_BYTES + ((keyBytes + 7) & ~7);
    this.memory = new Uint8Array(new ArrayBuffer(valueAt + valueBytes));
    this.key = this.memory.subarray(ELEMENT_BYTES, ELEMENT_BYTES + keyBytes);
    this.value = this.memory.subarray(valueAt);
    this.view = new DataView(this.memory.buffer);
    const address = libc().addressOf(this.memory);
    if (keyBytes > 0) this.view.setBigUint64(8, BigInt(address + ELEMENT_BYTES), true);
    this.view.setBigUint64(16, BigInt(address + valueAt), true);
  }

  /** False where the kernel answers with `harmless`, an error number. Throws SystemCallError for any other error. */
  ask(fd: number, command: number, doing: string, harmless: number, flags = 0n): boolean {
    this.view.setInt32(0, fd, true);
    this.view.setBigUint64(24, flags, true);
    const size = command === ELEMENT.delete ? KEY_ONLY_BYTES : ELEMENT_BYTES;
    if (libc().bpf(command, this.memory, size) >= 0) return true;
    const errno = libc().errno();
    if (errno === harmless) return false;
    throw new SystemCallError('bpf', errno, `${doing} the map ${this.name}`);
  }
}
