import type { CaseResult } from '../lab/lab-case.js';
import { type Measurement, worstOf } from '../lab/measurement.js';
import type { LibvirtCase, LibvirtContext } from './libvirt-case.js';
import { announcedByQemu } from './silent-guest.js';
import { Trial, type TrialOptions } from './trial.js';

export interface MoveCaseOptions extends TrialOptions {
  readonly name: string;
  readonly summary: string;
  readonly inCi?: LibvirtCase['inCi'];
  /** Another case measures QEMU alone as well as this: where time is short it is left out here. */
  readonly isLikeAnother?: boolean;
  /** Stations that QEMU alone must leave dark, or the run proves nothing; all but the cards' own where nothing is said. */
  readonly darkWithQemuAlone?: number;
  /** So many of them may come back by themselves. Default 0. */
  readonly mayReturn?: number;
  /** Moves the guest; gives what was measured of each move. */
  readonly moves: (trial: Trial) => Promise<readonly Measurement[]>;
}

/** A guest that moves with QEMU alone and then with nic-herald on both hosts, on fresh hosts each. */
export function moveCase(options: MoveCaseOptions): LibvirtCase {
  const { name, summary, inCi } = options;
  const base = { name, summary, run: (context: LibvirtContext) => runMoveCase(options, context) };
  return inCi === undefined ? base : { ...base, inCi };
}

async function runMoveCase(options: MoveCaseOptions, context: LibvirtContext): Promise<CaseResult> {
  if (context.isShort && options.isLikeAnother) {
    const { worst: herald, faults, notes } = await runOnce(options, context, true);
    return { herald, faults, notes };
  }
  const alone = await runOnce(options, context, false);
  const faults = alone.faults.map((fault) => `QEMU alone: ${fault}`);
  const mustBeDark = options.darkWithQemuAlone ?? alone.secondary;
  const { dark } = alone.worst;
  if (dark > mustBeDark || dark < mustBeDark - (options.mayReturn ?? 0)) {
    faults.push(`not valid: QEMU alone left ${dark} dark, not ${mustBeDark}`);
  }
  const notes = alone.notes.map((note) => `QEMU alone: ${note}`);
  if (context.qemuAloneOnly) return { alone: alone.worst, faults, notes };
  const herald = await runOnce(options, context, true);
  return {
    alone: alone.worst,
    herald: herald.worst,
    faults: [...faults, ...herald.faults],
    notes: [...notes, ...herald.notes],
  };
}

interface Outcome {
  readonly worst: Measurement;
  /** Stations that QEMU does not announce. */
  readonly secondary: number;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

async function runOnce(
  options: MoveCaseOptions,
  context: LibvirtContext,
  withAgents: boolean,
): Promise<Outcome> {
  return Trial.run(context, options, withAgents, async (trial) => {
    const measured = await options.moves(trial);
    await trial.noOtherReports();
    const { faults, notes, guest } = trial;
    const secondary = guest.stations.length - guest.nics.length * announcedByQemu;
    return { worst: measured.reduce(worstOf), secondary, faults, notes };
  });
}
