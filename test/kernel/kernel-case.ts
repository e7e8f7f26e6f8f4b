import type { StagedResult } from '../staged/staged-case.js';
import type { KernelStage } from './kernel-stage.js';

/** One thing that the lane proves on each kernel, under a name of its own. */
export interface KernelCase {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  run(stage: KernelStage): Promise<StagedResult>;
}

/** A line that the runner in the VM writes for each case. */
export interface KernelResult extends StagedResult {
  readonly scenario: string;
  readonly tookMs: number;
}
