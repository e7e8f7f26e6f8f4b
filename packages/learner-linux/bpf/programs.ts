import type { ProgramSource } from '../../../scripts/bpf/compile-program.js';

const here = { directory: import.meta.dirname, headers: ['claims.h'] };

/** Learns at a guest's port. */
export const LEARN: ProgramSource<'stations' | 'addresses' | 'questions' | 'port' | 'recent'> = {
  ...here,
  name: 'learn',
  section: 'classifier',
  maps: ['stations', 'addresses', 'questions', 'port', 'recent'],
};

/** Notes who speaks from an address at a bridge's other ports. */
export const WATCH: ProgramSource<'watched' | 'speakers'> = {
  ...here,
  name: 'watch',
  section: 'socket',
  maps: ['watched', 'speakers'],
};
