import { programInstructions } from '@nic-herald/linux-sys';
import { LEARN_PROGRAM } from './generated/learn-program.js';

/** The program's name, as `bpftool prog` lists it. */
export const LEARN_PROGRAM_NAME = 'herald_learn';

/** The maps' names, as `bpftool map` lists them, their entries' sizes, and where in a value the times stand; see bpf/learn.bpf.c. */
export const STATIONS_MAP = { name: 'herald_stations', keyBytes: 8, valueBytes: 16, stamps: [0] } as const;
export const ADDRESSES_MAP = {
  name: 'herald_address',
  keyBytes: 24,
  valueBytes: 24,
  stamps: [0, 8],
} as const;

/** The instructions of bpf/learn.bpf.c, writing to these maps, named by their descriptors. */
export const learnInstructions = (fds: {
  readonly stations: number;
  readonly addresses: number;
}): Uint8Array => programInstructions(LEARN_PROGRAM, fds);
