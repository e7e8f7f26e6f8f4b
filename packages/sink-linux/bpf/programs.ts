import type { ProgramSource } from '../../../scripts/bpf/compile-program.js';

const here = { directory: import.meta.dirname, headers: ['announcement.h'], section: 'classifier' };

/** At a guest's port: sees QEMU announce the guest. */
export const TRIGGER: ProgramSource<'lease' | 'armed' | 'tokens'> = {
  ...here,
  name: 'trigger',
  maps: ['lease', 'armed', 'tokens'],
};

/** At herald1: sends what lies ready. */
export const GENERATE: ProgramSource<
  'armed' | 'tokens' | 'firings' | 'stopped' | 'frames' | 'elsewhere' | 'grants'
> = {
  ...here,
  name: 'generate',
  maps: ['armed', 'tokens', 'firings', 'stopped', 'frames', 'elsewhere', 'grants'],
};
