import { constants } from 'node:os';
import { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_MAP_CREATE = 0;
const BPF_MAP_TYPE_HASH = 1;
const BPF_F_NO_PREALLOC = 1;
/** union bpf_attr up to and including map_name. */
const CREATE_BYTES = 44;
const RLIMIT_MEMLOCK = 8;
const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;

/** The shape of a map. */
export interface BpfMapShape {
  /** At most 15 letters, digits or underscores. */
  readonly name: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** How many entries it can hold. */
  readonly capacity: number;
}

/** Makes a map of one of the kernel's types. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws SystemCallError. */
export const createBpfMap = (type: number, shape: BpfMapShape, flags = 0): FileDescriptor => {
  const attributes = new Uint8Array(CREATE_BYTES);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, shape.keyBytes, true);
  view.setUint32(8, shape.valueBytes, true);
  view.setUint32(12, shape.capacity, true);
  view.setUint32(16, flags, true);
  new TextEncoder().encodeInto(shape.name, attributes.subarray(28, 43)); // map_name, ended by a zero byte
  const make = (): number => libc().bpf(BPF_MAP_CREATE, attributes, CREATE_BYTES);
  let fd = make();
  if (fd < 0 && libc().errno() === constants.errno.EPERM && unlockMemory()) fd = make();
  if (fd < 0) throw new SystemCallError('bpf', libc().errno(), `make the map ${shape.name}`);
  return new FileDescriptor(fd);
};

/** A hash map that takes memory as entries come, but for 16 bytes for each that it has room for. As `createBpfMap`. */
export const createHashMap = (shape: BpfMapShape): FileDescriptor =>
  createBpfMap(BPF_MAP_TYPE_HASH, shape, BPF_F_NO_PREALLOC);

/**
 * Before Linux 5.11 a map counts as memory locked by the user, of which even root may lock 64 kB by default;
 * EPERM then means that limit. Lifts it for this process, where it may.
 */
const unlockMemory = (): boolean =>
  libc().setrlimit(RLIMIT_MEMLOCK, BigUint64Array.of(RLIM_INFINITY, RLIM_INFINITY)) === 0;
