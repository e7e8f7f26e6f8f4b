import { programInstructions } from '@nic-herald/linux-sys';
import { WITNESS_PROGRAM } from './generated/witness-program.js';

/** The program's name, as `bpftool prog` lists it. */
export const WITNESS_PROGRAM_NAME = 'herald_witness';

/** The map's name, as `bpftool map` lists it, and its entries' sizes; see bpf/witness.bpf.c. */
export const SEALED_MAP = { name: 'herald_sealed', keyBytes: 16, valueBytes: 8 } as const;

/** The instructions of bpf/witness.bpf.c with this map, named by its descriptor. */
export const witnessInstructions = (sealed: number): Uint8Array =>
  programInstructions(WITNESS_PROGRAM, { sealed });
