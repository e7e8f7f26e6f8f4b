import type { ProofSection } from '@nic-herald/core/internal';
import type { AgentProcess } from '../agent-process.js';
import { armed, handedOver } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { type ReadyGuest, withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { CaseResult, LabCase } from '../lab-case.js';
import { filtersAt } from '../namespaces.js';
import { OpenVswitch } from '../open-vswitch.js';
import { interfaceNumber, packetSockets, packetSocketsOf } from '../packet-sockets.js';
import { proofWhen, provedFaults, provedStations } from '../proof-checks.js';

/** An agent that was told to end has so long. */
const endsWithinMs = 5000;
/** By then what comes back is back: well within the window, and before anything is judged. */
const lookedAfterMs = 1500;

const recipe = new GuestBuilder().card('e1000').vlans(10, 20, 300).build('proof-ends-at-sigterm');

/** An agent that still waits for a station is told to end: it says what it knows, and leaves nothing at the port. */
export const proofEndsAtSigterm: LabCase = {
  name: 'proof-ends-at-sigterm',
  summary:
    'SIGTERM within the window: the agent ends, nothing stays at the port, and the report waits for nothing more',
  needsAgents: true,
  run: (context) => withReadyGuest(context, recipe, endWithin, { herald: 'proof: {}\n' }),
};

async function endWithin({ rig, agents, source, watches }: ReadyGuest): Promise<CaseResult> {
  if (!(rig.switch instanceof OpenVswitch)) throw new TypeError('this case needs Open vSwitch');
  const faults: string[] = [];
  const namespace = rig.network.hosts.B;
  const destination = await startDestination(rig, 'B');
  await handedOver(rig, 'A', recipe.stations);
  await armed(agents.B, recipe.stations.length);
  await rig.switch.addFlow('priority=1,dl_vlan=300,actions=drop');
  await beginMigration(rig, source, destination);
  const herald = await measureReturns(watches.B, await resumeOf(destination), lookedAfterMs);
  if (herald.dark !== 1) faults.push(`${herald.dark} stations are dark, and 1 should be`);

  const back = herald.returns.length - herald.dark;
  const open = await proofWhen(agents.B, ({ proved }) => proved === back, 4000);
  if (open?.isOpen !== true) faults.push(`before the signal the proof is not open: ${wordsOf(open)}`);
  const own = await packetSocketsOf(agents.B.process.pid);
  const tap = await interfaceNumber(namespace, 'tap0');
  if (![...own.values()].includes(tap)) faults.push('before the signal nothing listens at the port');

  const tookMs = await endedBy(agents.B, 'SIGTERM', faults);
  const left = [...(await packetSockets(namespace)).keys()].filter((inode) => own.has(inode));
  if (left.length > 0) faults.push(`${left.length} of its packet sockets are still there`);
  const filters = (await filtersAt(namespace, 'tap0')).reduce((sum, count) => sum + count);
  if (filters > 0) faults.push(`${filters} filters are still at the port`);

  const proof = await proofWhen(agents.B, ({ isOpen }) => !isOpen, 0);
  if (proof === undefined) return { herald, faults: [...faults, 'the report has no proof'] };
  faults.push(...provedFaults(proof, herald));
  if (proof.isOpen || proof.verdict !== 'partly') faults.push(`the report says ${wordsOf(proof)}`);
  const silent = [...provedStations(proof).values()].filter(({ traffic }) => traffic.value !== 'yes');
  const reasons = silent.map(({ traffic }) => traffic.reason);
  if (reasons.join() !== 'stopped')
    faults.push(`of those that are not back the report says ${reasons.join()}`);
  const sockets = `${own.size} packet sockets before, ${left.length} after`;
  return { herald, faults, notes: [`ended after ${tookMs} ms; ${sockets}; ${wordsOf(proof)}`] };
}

/** How long it took to end, ms. */
async function endedBy({ process }: AgentProcess, signal: NodeJS.Signals, faults: string[]): Promise<number> {
  const sinceMs = Date.now();
  await process.stop(signal, endsWithinMs);
  const outcome = await process.ended;
  if (outcome !== 0) faults.push(`the agent ended with ${outcome}`);
  return Date.now() - sinceMs;
}

const wordsOf = (proof: ProofSection | undefined): string =>
  proof === undefined
    ? 'nothing'
    : `${proof.verdict}, ${proof.proved} of ${proof.stations}, ${proof.isOpen ? 'open' : 'over'}, cause ${proof.cause?.code}`;
