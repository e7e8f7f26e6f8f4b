import type { RigOptions } from './lab-rig.js';
import type { Measurement } from './measurement.js';

export interface CaseContext extends Pick<RigOptions, 'image' | 'beforeStop' | 'qemus'> {
  /** Takes the artefacts of this case. */
  readonly directory: string;
  /** Measure QEMU alone and nothing else. */
  readonly qemuAloneOnly: boolean;
}

/** What one run of a case found. */
export interface CaseResult {
  /** With QEMU alone, where the case measures it. */
  readonly alone?: Measurement;
  /** With nic-herald; where the guest moved more than once, the worst of its moves. */
  readonly herald?: Measurement;
  /** What must not be: each makes the run fail. */
  readonly faults: readonly string[];
  /** Worth a line without being a fault. */
  readonly notes?: readonly string[];
}

/** One thing the lab proves, under a name of its own. */
export interface LabCase {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** True where there is nothing to measure without nic-herald. */
  readonly needsAgents: boolean;
  /** True where `--ci` leaves it out unless it is named: what it proves another case proves as well, on other hardware. */
  readonly isVariant?: boolean;
  /** The first QEMU that has what the case needs, such as `8.0`; absent: any will do. */
  readonly sinceQemu?: string | undefined;
  run(context: CaseContext): Promise<CaseResult>;
}
