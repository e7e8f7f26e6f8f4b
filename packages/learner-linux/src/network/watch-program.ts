import { programInstructions } from '@nic-herald/linux-sys';
import { WATCH_PROGRAM } from '../generated/watch-program.js';

/** The program's name, as `bpftool prog` lists it. */
export const WATCH_PROGRAM_NAME = 'herald_watch';

/** The maps' names, as `bpftool map` lists them, their entries' sizes, and where in a value the time stands; see bpf/watch.bpf.c. */
export const WATCHED_MAP = { name: 'herald_watched', keyBytes: 16 } as const;
export const SPEAKERS_MAP = { name: 'herald_speakers', keyBytes: 24, valueBytes: 32, stamps: [0] } as const;

/** The instructions of bpf/watch.bpf.c with these maps, named by their descriptors. */
export const watchInstructions = (fds: { readonly watched: number; readonly speakers: number }): Uint8Array =>
  programInstructions(WATCH_PROGRAM, fds);
