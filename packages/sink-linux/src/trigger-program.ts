import { programInstructions } from '@nic-herald/linux-sys';
import { GENERATE_PROGRAM } from './generated/generate-program.js';
import { TRIGGER_PROGRAM } from './generated/trigger-program.js';

/** The programs' names, as `bpftool prog` lists them. */
export const TRIGGER_PROGRAM_NAME = 'herald_trigger';
export const GENERATE_PROGRAM_NAME = 'herald_send';

/** The maps of bpf/*.bpf.c: their names, as `bpftool map` lists them, and the sizes and numbers of their entries. */
export const TRIGGER_MAPS = {
  lease: { name: 'herald_lease', keyBytes: 4, valueBytes: 16, capacity: 1 },
  armed: { name: 'herald_armed', keyBytes: 4, valueBytes: 8, capacity: 4096 },
  tokens: { name: 'herald_tokens', keyBytes: 8, valueBytes: 8, capacity: 8192 },
  firings: { name: 'herald_firings', keyBytes: 8, valueBytes: 56, capacity: 8192 },
  stopped: { name: 'herald_stopped', keyBytes: 8, valueBytes: 8, capacity: 8192 },
  frames: { name: 'herald_frames', keyBytes: 16, valueBytes: 128, capacity: 65_536 },
  elsewhere: { name: 'herald_cpus', keyBytes: 4, valueBytes: 8, capacity: 8192 },
} as const;

/** The queue of grants: its values are a number of frames. */
export const GRANTS = { name: 'herald_grants', valueBytes: 4, capacity: 1024 } as const;

/** The instructions of bpf/trigger.bpf.c with these maps, named by their descriptors. */
export const triggerInstructions = (fds: Readonly<Record<TriggerMap, number>>): Uint8Array =>
  programInstructions(TRIGGER_PROGRAM, fds);

/** The same of bpf/generate.bpf.c. */
export const generateInstructions = (fds: Readonly<Record<GenerateMap, number>>): Uint8Array =>
  programInstructions(GENERATE_PROGRAM, fds);

type TriggerMap = keyof typeof TRIGGER_PROGRAM.mapReferences;
type GenerateMap = keyof typeof GENERATE_PROGRAM.mapReferences;
