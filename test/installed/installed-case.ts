import type { CaseResult } from '../lab/lab-case.js';
import type { RigOptions } from '../lab/lab-rig.js';

/** What a scenario stands on. */
export interface InstalledContext extends Pick<RigOptions, 'image'> {
  /** A bare Debian 12. */
  readonly root: string;
  /** Has `current.deb` and `next.deb`. */
  readonly debs: string;
  /** Takes the artefacts. */
  readonly directory: string;
}

export interface InstalledCase {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** Whether `--ci` runs it. */
  readonly inCi: boolean;
  run(context: InstalledContext): Promise<CaseResult>;
}
