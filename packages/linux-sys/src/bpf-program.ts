import { constants } from 'node:os';
import { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';

// bpf(2), linux/bpf.h

const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_SOCKET_FILTER = 1;
const BPF_PROG_TYPE_SCHED_CLS = 3;
const INSTRUCTION_BYTES = 8;
/** As the source register of a 64-bit load: the value is a map's descriptor. */
const BPF_PSEUDO_MAP_FD = 1;
/** union bpf_attr up to and including prog_name. */
const ATTRIBUTE_BYTES = 64;
/** Sixteen bytes, so that the instructions after it are aligned. */
const LICENSE = new TextEncoder().encode('Apache-2.0'.padEnd(16, '\0'));
/** A verifier before Linux 6.4 fills it from the beginning, and the reason comes last. */
const LOG_BYTES = 16 * 1024 * 1024;
const MOST_TRIES = 10;

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
 * A copy of instructions in which the ones at the given positions, each the first half of a 64-bit load, load a
 * map: what a compiler leaves open as a relocation.
 */
export const withMap = (
  instructions: Uint8Array,
  positions: readonly number[],
  mapFd: number,
): Uint8Array => {
  const complete = instructions.slice();
  const view = new DataView(complete.buffer);
  for (const position of positions) {
    const at = position * INSTRUCTION_BYTES;
    view.setUint8(at + 1, (view.getUint8(at + 1) & 0x0f) | (BPF_PSEUDO_MAP_FD << 4)); // source register
    view.setInt32(at + 4, mapFd, true);
  }
  return complete;
};

/**
 * Loads a traffic-control classifier into the kernel. It lives as long as the returned descriptor or a filter
 * it was attached to. `name` has at most 15 letters, digits or underscores.
 *
 * Needs CAP_BPF and CAP_NET_ADMIN (before 5.8 CAP_SYS_ADMIN). Throws SystemCallError, with the last words of
 * the verifier where it refuses the program.
 */
export const loadClassifier = (name: string, instructions: Uint8Array): FileDescriptor =>
  load(BPF_PROG_TYPE_SCHED_CLS, name, instructions);

/** The same for a filter of sockets, which needs CAP_BPF alone. It lives as long as a socket that has it, too. */
export const loadSocketFilter = (name: string, instructions: Uint8Array): FileDescriptor =>
  load(BPF_PROG_TYPE_SOCKET_FILTER, name, instructions);

const load = (type: number, name: string, instructions: Uint8Array): FileDescriptor => {
  const quick = new LoadRequest(type, name, instructions, 0);
  let fd = quick.run();
  // the verifier gives up where a signal comes in between: a profiler's come a thousand times a second
  for (let tries = 1; fd < 0 && libc().errno() === constants.errno.EAGAIN && tries < MOST_TRIES; tries++) {
    fd = quick.run();
  }
  if (fd >= 0) return new FileDescriptor(fd);
  const errno = libc().errno();
  const explained = new LoadRequest(type, name, instructions, LOG_BYTES); // with a log only now: one too short is an error itself
  const again = explained.run();
  if (again >= 0) return new FileDescriptor(again);
  throw new SystemCallError('bpf', errno, `load the program ${name}`, explained.reason());
};

/** One BPF_PROG_LOAD; all that it points to lies in one block, which stays alive as the call's argument. */
class LoadRequest {
  private readonly memory: Uint8Array;
  private readonly log: Uint8Array;

  constructor(type: number, name: string, instructions: Uint8Array, logBytes: number) {
    const licenseAt = ATTRIBUTE_BYTES;
    const instructionsAt = licenseAt + LICENSE.length;
    const logAt = instructionsAt + instructions.length;
    this.memory = new Uint8Array(logAt + logBytes);
    this.log = this.memory.subarray(logAt);
    this.memory.set(LICENSE, licenseAt);
    this.memory.set(instructions, instructionsAt);
    const address = libc().addressOf(this.memory);
    const view = new DataView(this.memory.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, instructions.length / INSTRUCTION_BYTES, true);
    view.setBigUint64(8, BigInt(address + instructionsAt), true);
    view.setBigUint64(16, BigInt(address + licenseAt), true);
    if (logBytes > 0) {
      view.setUint32(24, 1, true); // log_level
      view.setUint32(28, logBytes, true);
      view.setBigUint64(32, BigInt(address + logAt), true);
    }
    new TextEncoder().encodeInto(name, this.memory.subarray(48, 63)); // prog_name, ended by a zero byte
  }

  /** The program's descriptor, or -1. */
  run(): number {
    return libc().bpf(BPF_PROG_LOAD, this.memory, ATTRIBUTE_BYTES);
  }

  /** The verifier's last words, without the line that only counts its work. */
  reason(): string | undefined {
    const end = this.log.indexOf(0);
    const lines = new TextDecoder()
      .decode(this.log.subarray(0, Math.max(0, end)))
      .trim()
      .split('\n');
    return lines.findLast((line) => !line.startsWith('processed '));
  }
}
