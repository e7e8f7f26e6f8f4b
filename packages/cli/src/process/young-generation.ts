import { setFlagsFromString } from 'node:v8';

const GROWTH = '--semi-space-growth-factor';

/**
 * The part of V8's heap in which things are made. To load some six hundred modules makes it as large as it may get, three times
 * 16 MiB that are hardly used later and not given back.
 */
export const youngGeneration = {
  /** Keeps it as small as it begins. */
  keepSmall(): void {
    setFlagsFromString(`${GROWTH}=1`);
  },
  /** Lets it grow as V8 does by itself: with what an agent does, not with what it consists of. */
  letGrow(): void {
    setFlagsFromString(`${GROWTH}=2`);
  },
} as const;
