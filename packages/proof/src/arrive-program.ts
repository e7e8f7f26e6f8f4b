import { programInstructions } from '@nic-herald/linux-sys';
import { ARRIVE_PROGRAM } from './generated/arrive-program.js';

/** The program's name, as `bpftool prog` lists it. */
export const ARRIVE_PROGRAM_NAME = 'herald_arrive';

/** The maps' names, as `bpftool map` lists them, and their entries' sizes; see bpf/arrive.bpf.c. */
export const AWAITED_MAP = { name: 'herald_awaited', keyBytes: 8, valueBytes: 24 } as const;
export const RUNNING_ARRAY = { name: 'herald_running', valueBytes: 8, length: 1 } as const;

/** The instructions of bpf/arrive.bpf.c with these maps, named by their descriptors. */
export const arriveInstructions = (fds: { readonly awaited: number; readonly running: number }): Uint8Array =>
  programInstructions(ARRIVE_PROGRAM, fds);
