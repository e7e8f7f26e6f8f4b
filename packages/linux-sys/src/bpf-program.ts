import { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_SCHED_CLS = 3;
const INSTRUCTION_BYTES = 8;
/** union bpf_attr up to and including prog_name. */
const LOAD_ATTRIBUTE_BYTES = 64;
const LOG_BYTES = 16384;

/** struct bpf_insn: code, destination and source register (0 to 10), offset, immediate value. */
export const instruction = (
  code: number,
  destination: number,
  source: number,
  offset: number,
  immediate: number,
): Uint8Array => {
  const bytes = new Uint8Array(INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, code);
  view.setUint8(1, (source << 4) | destination);
  view.setInt16(2, offset, true);
  view.setInt32(4, immediate, true);
  return bytes;
};

/**
 * Loads a traffic-control classifier into the kernel. It lives as long as the returned descriptor or a filter
 * it was attached to. `name` has at most 15 letters, digits or underscores.
 *
 * Needs CAP_BPF and CAP_NET_ADMIN (before 5.8 CAP_SYS_ADMIN). Throws SystemCallError, with the last words of
 * the verifier where it refuses the program.
 */
export const loadClassifier = (name: string, instructions: Uint8Array): FileDescriptor => {
  const first = load(name, instructions);
  if (first instanceof FileDescriptor) return first;
  const log = new Uint8Array(LOG_BYTES);
  const second = load(name, instructions, log); // only now with a log: too small a buffer is an error itself
  if (second instanceof FileDescriptor) return second;
  const words = new TextDecoder()
    .decode(log.subarray(0, log.indexOf(0)))
    .trim()
    .split('\n');
  throw new SystemCallError('bpf', first, `load the program ${name}`, words.at(-1));
};

/** The descriptor, or the error number. */
const load = (name: string, instructions: Uint8Array, log?: Uint8Array): FileDescriptor | number => {
  const attributes = new Uint8Array(LOAD_ATTRIBUTE_BYTES);
  const license = new TextEncoder().encode('Apache-2.0\0');
  const view = new DataView(attributes.buffer);
  view.setUint32(0, BPF_PROG_TYPE_SCHED_CLS, true);
  view.setUint32(4, instructions.length / INSTRUCTION_BYTES, true);
  view.setBigUint64(8, BigInt(libc().addressOf(instructions)), true);
  view.setBigUint64(16, BigInt(libc().addressOf(license)), true);
  if (log) {
    view.setUint32(24, 1, true); // log_level
    view.setUint32(28, log.length, true);
    view.setBigUint64(32, BigInt(libc().addressOf(log)), true);
  }
  new TextEncoder().encodeInto(name.slice(0, 15), attributes.subarray(48, 63)); // prog_name
  const fd = libc().bpf(BPF_PROG_LOAD, attributes);
  const errno = fd < 0 ? libc().errno() : 0;
  keep(instructions, license, log); // the kernel was given their addresses only
  return fd < 0 ? errno : new FileDescriptor(fd);
};

/** Uses its arguments, so that they are not collected before. */
const keep = (...arrays: readonly (Uint8Array | undefined)[]): number => arrays.length;
