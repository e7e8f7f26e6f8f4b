import type { ProgramSource } from '../../../scripts/bpf/compile-program.js';

const here = { directory: import.meta.dirname, headers: ['socket-filter.h'], section: 'socket' };

/** Notes at a guest's port when the first frame for each station came. */
export const ARRIVE: ProgramSource<'awaited' | 'running'> = {
  ...here,
  name: 'arrive',
  maps: ['awaited', 'running'],
};

/** Notes at a host's uplinks which sealed announcements come in. */
export const WITNESS: ProgramSource<'sealed'> = { ...here, name: 'witness', maps: ['sealed'] };
