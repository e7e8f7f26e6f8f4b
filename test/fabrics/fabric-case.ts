import type { CaseResult } from '../lab/lab-case.js';
import type { RigOptions } from '../lab/lab-rig.js';

export interface FabricContext extends Pick<RigOptions, 'image'> {
  /** Takes the artefacts of this case. */
  readonly directory: string;
  /** Measure QEMU alone and nothing else. */
  readonly qemuAloneOnly: boolean;
}

/** One thing this lane proves, under a name of its own. */
export interface FabricCase {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** Whether `--ci` runs it. */
  readonly inCi: boolean;
  run(context: FabricContext): Promise<CaseResult>;
}
