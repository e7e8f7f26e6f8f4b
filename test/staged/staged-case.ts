import type { CaseResult } from '../lab/lab-case.js';

export interface StagedContext {
  /** Takes the artefacts of this case. */
  readonly directory: string;
  /** At how many moments `evacuation-kill` ends the agent. */
  readonly moments: number;
  /** What the random moments are drawn from: the same number draws the same ones. */
  readonly seed: number;
}

/** What one run of a case found: faults, each of which makes it fail, and notes. */
export type StagedResult = Pick<CaseResult, 'faults' | 'notes'>;

/** One thing the staged scenarios prove, under a name of its own. */
export interface StagedCase {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  run(context: StagedContext): Promise<StagedResult>;
}
