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
export const QUESTIONS_MAP = { name: 'herald_asked', keyBytes: 16, valueBytes: 16, stamps: [0] } as const;

/** The arrays in front of them: of the port alone, and of all ports. */
export const PORT_ARRAY = { name: 'herald_port', valueBytes: 48 } as const;
export const RECENT_ARRAY = { name: 'herald_recent', valueBytes: 16, length: 16_384 } as const;

/** The instructions of bpf/learn.bpf.c, writing to these maps, named by their descriptors. */
export const learnInstructions = (fds: Readonly<Record<LearnMap, number>>): Uint8Array =>
  programInstructions(LEARN_PROGRAM, fds);

type LearnMap = keyof typeof LEARN_PROGRAM.mapReferences;
