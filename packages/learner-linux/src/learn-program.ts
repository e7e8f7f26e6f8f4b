import { withMap } from '@nic-herald/linux-sys';
import { LEARN_PROGRAM } from './generated/learn-program.js';

/** The program's name, as `bpftool prog` lists it. */
export const LEARN_PROGRAM_NAME = 'herald_learn';

/** The map's name, as `bpftool map` lists it, and its entries' sizes; see bpf/learn.bpf.c. */
export const STATIONS_MAP = { name: 'herald_stations', keyBytes: 8, valueBytes: 16 } as const;

const INSTRUCTIONS = Uint8Array.from(
  LEARN_PROGRAM.instructions.flatMap((one) => one.match(/../g) ?? []),
  (byte) => Number.parseInt(byte, 16),
);

/** The instructions of bpf/learn.bpf.c, writing to one map. */
export const learnInstructions = (mapFd: number): Uint8Array =>
  withMap(INSTRUCTIONS, LEARN_PROGRAM.mapReferences, mapFd);
