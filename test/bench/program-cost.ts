import { closeSync, readdirSync, readFileSync } from 'node:fs';
import koffi from 'koffi';

const library = koffi.load(null);
const syscall = library.func('long syscall(long, int, void *, uint32_t)') as (
  number: number,
  command: number,
  attributes: Uint8Array,
  size: number,
) => number;
const BPF_CALL = process.arch === 'x64' ? 321 : 280;

// bpf(2), linux/bpf.h

const BPF_PROG_TEST_RUN = 10;
const BPF_OBJ_GET_INFO_BY_FD = 15;
const BPF_ENABLE_STATS = 32;
/** union bpf_attr up to and including test.ctx_out, and of a question about an object. */
const TEST_BYTES = 64;
const QUESTION_BYTES = 16;
/** struct bpf_prog_info up to and including run_cnt. */
const INFO_BYTES = 208;
const INFO_NAME = 64;
const INFO_NAME_BYTES = 16;
const INFO_RUN_TIME_NS = 192;
const INFO_RUN_COUNT = 200;

/** The descriptor of the last loaded program of a name that this process has. Throws TypeError where it has none. */
export const heldProgram = (name: string): number => {
  const fds = readdirSync('/proc/self/fdinfo').map(Number);
  const held = fds.filter((fd) => isProgram(fd) && nameOf(fd) === name).at(-1);
  if (held === undefined) throw new TypeError(`this process has no program ${name}`);
  return held;
};

const isProgram = (fd: number): boolean => {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').includes('prog_jited:');
  } catch {
    return false; // the descriptor of the listing itself is gone by now
  }
};

const nameOf = (fd: number): string => {
  const info = infoOf(fd);
  const name = new Uint8Array(info.buffer, info.byteOffset + INFO_NAME, INFO_NAME_BYTES);
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
};

const infoOf = (fd: number): DataView => {
  const memory = new Uint8Array(QUESTION_BYTES + INFO_BYTES);
  const view = new DataView(memory.buffer);
  view.setUint32(0, fd, true);
  view.setUint32(4, INFO_BYTES, true);
  view.setBigUint64(8, koffi.address(memory) + BigInt(QUESTION_BYTES), true);
  ask(BPF_OBJ_GET_INFO_BY_FD, memory, QUESTION_BYTES);
  return new DataView(memory.buffer, QUESTION_BYTES);
};

/** Has the kernel measure every run of every program until what is returned is called. */
export const measureRuns = (): (() => void) => {
  const fd = ask(BPF_ENABLE_STATS, new Uint8Array(4), 4); // BPF_STATS_RUN_TIME, which is 0
  return () => closeSync(fd);
};

/** How often a program ran while runs were measured, and for how long in all, ns. */
export const runsOf = (program: number): { readonly count: number; readonly ns: number } => {
  const info = infoOf(program);
  return {
    count: Number(info.getBigUint64(INFO_RUN_COUNT, true)),
    ns: Number(info.getBigUint64(INFO_RUN_TIME_NS, true)),
  };
};

/** What a classifier takes for a frame when it is run over and over, ns: the mean as the kernel tells it, in whole ns. */
export const runCostNs = (program: number, frame: Uint8Array, times: number): number => {
  const memory = new Uint8Array(TEST_BYTES + frame.length);
  memory.set(frame, TEST_BYTES);
  const view = new DataView(memory.buffer);
  view.setUint32(0, program, true);
  view.setUint32(8, frame.length, true);
  view.setBigUint64(16, koffi.address(memory) + BigInt(TEST_BYTES), true);
  view.setUint32(32, times, true);
  ask(BPF_PROG_TEST_RUN, memory, TEST_BYTES);
  return view.getUint32(36, true);
};

const ask = (command: number, memory: Uint8Array, size: number): number => {
  const result = syscall(BPF_CALL, command, memory, size);
  if (result < 0) throw new TypeError(`bpf(2): errno ${koffi.errno()}`);
  return result;
};
