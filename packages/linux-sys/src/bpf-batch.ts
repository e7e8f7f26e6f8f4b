import { constants } from 'node:os';
import type { BpfMapShape } from './create-bpf-map.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

/** union bpf_attr of a batch. */
export const BATCH_BYTES = 56;
const BPF_MAP_UPDATE_BATCH = 26;
const BPF_MAP_DELETE_BATCH = 27;

/** A map that many elements are written to or taken out of. */
export interface BatchedMap {
  readonly fd: number;
  readonly shape: BpfMapShape;
}

/**
 * Puts many elements in by one system call: keys one after another, and their values in the same order. Needs Linux 5.6. Throws
 * SystemCallError, E2BIG where the map is full: some are in then. `doing` is for the error.
 */
export const putAll = (map: BatchedMap, keys: Uint8Array, values: Uint8Array, doing: string): void => {
  ask(map, BPF_MAP_UPDATE_BATCH, keys, values, doing);
};

/** Takes many keys out by one system call. Needs Linux 5.6. Throws SystemCallError, ENOENT where one is not there: some are out then. */
export const takeAll = (map: BatchedMap, keys: Uint8Array, doing: string): void => {
  ask(map, BPF_MAP_DELETE_BATCH, keys, NONE, doing);
};

/** The same, and those that are not there are passed over, each at the price of one more call. */
export const takeThoseThere = (map: BatchedMap, keys: Uint8Array, doing: string): void => {
  for (let left = keys; left.length > 0; ) {
    const done = ask(map, BPF_MAP_DELETE_BATCH, left, NONE, doing, constants.errno.ENOENT);
    left = left.subarray((done + 1) * map.shape.keyBytes); // the one at which it ended is not there
  }
};

const NONE = new Uint8Array(0);

/** How many were done before the kernel answered with `harmless`, an error number. */
const ask = (
  { fd, shape: { keyBytes, valueBytes, name } }: BatchedMap,
  command: number,
  keys: Uint8Array,
  values: Uint8Array,
  doing: string,
  harmless = 0,
): number => {
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
  view.setInt32(36, fd, true);
  if (libc().bpf(command, memory, BATCH_BYTES) >= 0) return count;
  const errno = libc().errno();
  if (errno !== harmless) throw new SystemCallError('bpf', errno, `${doing} the map ${name}`);
  return view.getUint32(32, true);
};
