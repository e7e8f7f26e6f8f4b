import { setFlagsFromString } from 'node:v8';

/** Of Node.js 20. Later ones call the budget otherwise, and say so on stderr where they do not know a flag. */
const KNOWS_BUDGET = process.versions.v8.startsWith('11.');
/** So much work, in units of V8, which by itself takes 67 584. */
const OPTIMIZED_AFTER = 1_000_000;

/**
 * V8 is made for programs that are busy: it takes memory to save time. An agent waits most of the time, and shares its host with
 * the guests. What these flags save of an agent with 200 idle guests stands in docs/performance.md.
 */
export const v8Thrift = {
  /**
   * Before anything is loaded. The part of the heap in which things are made stays as small as it begins, 1 MiB: to load some
   * six hundred modules makes it three times 16 MiB, which are hardly used later and not given back. And a function goes to the
   * optimizing compiler later, which takes more time and memory than it saves where functions run some times a second.
   */
  begin(): void {
    setFlagsFromString('--semi-space-growth-factor=1');
    if (KNOWS_BUDGET) setFlagsFromString(`--interrupt-budget=${OPTIMIZED_AFTER}`);
  },
  /**
   * When the agent is ready. From here on that part may grow with what an agent does: in the middle of an evacuation a MiB is
   * full a hundred times a second, and to collect it so often took more time than anything else. The rest is collected before
   * it grows any further, which would cost time as the agent starts.
   */
  settle(): void {
    setFlagsFromString('--semi-space-growth-factor=2');
    setFlagsFromString('--optimize-for-size');
  },
} as const;
