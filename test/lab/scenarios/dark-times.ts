import { armed, handedOver } from '../agent-process.js';
import {
  beginMigration,
  measureReturns,
  resumeOf,
  startDestination,
  stillFor,
  switchEventsOn,
} from '../guest-move.js';
import { type ReadyGuest, withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { CaseResult, LabCase } from '../lab-case.js';
import { proofWhen, provedStations, timeFaults } from '../proof-checks.js';

/** Slow enough that the source can count for a second what is sent to the guest, bytes per second. */
const slowly = 2 ** 24;
const fast = 2 ** 30;
/** By then the last word on what was proved is said. */
const saidWithinMs = 12_000;

interface TimedCase {
  readonly name: string;
  readonly summary: string;
  readonly builder: GuestBuilder;
  /** So long that the source counts each station as busy; else it is over within a second, and QEMU tells of it. */
  readonly isLong: boolean;
}

function timedCase({ name, summary, builder, isLong }: TimedCase): LabCase {
  const recipe = builder.build(name);
  const run = async ({ rig, agents, source, watches }: ReadyGuest): Promise<CaseResult> => {
    const destination = await startDestination(rig, 'B');
    if (!isLong) await switchEventsOn(source, destination);
    await handedOver(rig, 'A', recipe.stations);
    await armed(agents.B, recipe.stations.length);
    await beginMigration(rig, source, destination, isLong ? slowly : fast);
    const resumedAtMs = await resumeOf(destination);
    const herald = await measureReturns(watches.B, resumedAtMs);
    const stillMs = await stillFor(source, resumedAtMs);
    const proof = await proofWhen(agents.B, ({ isOpen }) => !isOpen, saidWithinMs);
    if (proof === undefined) return { herald, faults: ['the report has no proof'] };
    const { stop, lastDarkMs } = proof;
    const faults = timeFaults(proof, { stillMs, measurement: herald });
    if (stop === undefined) faults.push('the report does not say when the guest was stopped');
    const dark = [...provedStations(proof).values()].filter(({ darkMs }) => darkMs !== undefined).length;
    if (isLong && dark < recipe.stations.length)
      faults.push(`${dark} of ${recipe.stations.length} stations have a dark time, and all were busy`);
    const lastMs = stillMs + (herald.lastBackMs ?? Number.NaN);
    const notes = [
      `stopped ${stillMs.toFixed(2)} ms before RESUME, the report says ${stop?.agoMs} +- ${stop?.errorMs}`,
      `dark for ${lastMs.toFixed(2)} ms at most, the report says ${lastDarkMs}`,
    ];
    return { herald, faults, notes };
  };
  return {
    name,
    summary,
    needsAgents: true,
    run: (context) => withReadyGuest(context, recipe, run, { herald: 'proof: {}\n' }),
  };
}

/** The times since STOP, which only the host that the guest left knows. */
export const darkTimeCases: readonly LabCase[] = [
  timedCase({
    name: 'proof-dark-times',
    summary: 'the report says when the guest was stopped, and how long each of its busy stations was dark',
    builder: new GuestBuilder().card('e1000').vlans(10, 20, 300),
    isLong: true,
  }),
  timedCase({
    name: 'proof-dark-times-of-macvlans',
    summary: 'the same of eight secondary MACs in a virtio card',
    builder: new GuestBuilder().card('virtio').macvlans(8),
    isLong: true,
  }),
  timedCase({
    name: 'proof-stop-of-a-fast-move',
    summary:
      'where QEMU tells of its migrations, the report says when the guest was stopped however fast it moved',
    builder: new GuestBuilder().card('e1000').vlans(10, 20, 300),
    isLong: false,
  }),
];
