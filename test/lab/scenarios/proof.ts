import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofSection } from '@nic-herald/core/internal';
import { encodeRarp, rarpLength, sealRarp } from '@nic-herald/wire';
import { armed, handedOver } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { type ReadyGuest, withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { CaseResult, LabCase } from '../lab-case.js';
import { ipBatch } from '../namespaces.js';
import { OpenVswitch } from '../open-vswitch.js';
import { proofWhen, provedStations } from '../proof-checks.js';
import { stationKey } from '../station.js';

/** Once nothing new can be expected, and not as long as the window. */
const namedWithinMs = 12_000;

interface ProofCase {
  readonly name: string;
  readonly summary: string;
  /** Breaks something once the guest is awaited, just before it migrates. */
  readonly breaks: (ready: ReadyGuest) => Promise<void>;
  readonly isExpected: (proof: ProofSection) => boolean;
  /** What is measured besides; what it gives are faults. */
  readonly after?: (ready: ReadyGuest) => Promise<readonly string[]>;
}

const vlans = [10, 20, 300] as const;

function proofCase({ name, summary, breaks, isExpected, after }: ProofCase): LabCase {
  const recipe = new GuestBuilder()
    .card('e1000')
    .vlans(...vlans)
    .build(name);
  const run = async (ready: ReadyGuest): Promise<CaseResult> => {
    const { rig, agents, source, watches } = ready;
    const destination = await startDestination(rig, 'B');
    await handedOver(rig, 'A', recipe.stations);
    await armed(agents.B, recipe.stations.length);
    await breaks(ready);
    await beginMigration(rig, source, destination);
    const resumedAtMs = await resumeOf(destination);
    const more = await after?.(ready);
    const herald = await measureReturns(watches.B, resumedAtMs);
    const proof = await proofWhen(agents.B, isExpected, namedWithinMs);
    if (proof === undefined) return { herald, faults: ['the report has no proof'] };
    const stations = provedStations(proof);
    const faults = [...(more ?? [])];
    for (const { station, afterMs } of herald.returns) {
      const traffic = stations.get(stationKey(station.mac, station.vlan))?.traffic.value;
      if ((traffic === 'yes') !== (afterMs !== undefined))
        faults.push(`${station.name}: traffic ${traffic}, and the lab saw it back after ${afterMs} ms`);
    }
    const words = `${proof.verdict}, ${proof.proved} of ${proof.stations}; ${proof.cause?.code}: ${proof.cause?.message}`;
    if (!isExpected(proof)) faults.push(`the report says ${words}`);
    return { herald, faults, notes: [words] };
  };
  return {
    name,
    summary,
    needsAgents: true,
    run: (context) => withReadyGuest(context, recipe, run, { herald: 'proof: {}\n' }),
  };
}

const named =
  (verdict: ProofSection['verdict'], code: string) =>
  (proof: ProofSection): boolean =>
    proof.verdict === verdict && proof.cause?.code === code;

const switchOf = ({ rig }: ReadyGuest): OpenVswitch => {
  if (!(rig.switch instanceof OpenVswitch)) throw new TypeError('this case needs Open vSwitch');
  return rig.switch;
};

const setTrunks = (ready: ReadyGuest, port: string, trunks: string): Promise<void> =>
  switchOf(ready).setPort(port, `trunks=${trunks}`);

/** Something is in the way of an announcement, and the report names it. */
export const proofCases: readonly LabCase[] = [
  proofCase({
    name: 'proof-tap-in-no-bridge',
    summary: "the guest's tap is taken out of the bridge: the report names the tap",
    breaks: ({ rig }) => ipBatch(rig.network.hosts.B, ['link set tap0 nomaster']),
    isExpected: named('unproved', 'port-not-in-bridge'),
  }),
  proofCase({
    name: 'proof-uplink-down',
    summary: "the destination's uplink is down: the report names it",
    breaks: ({ rig }) => ipBatch(rig.network.hosts.B, ['link set up0 down']),
    isExpected: named('unproved', 'uplink-down'),
  }),
  proofCase({
    name: 'proof-vlan-missing-at-destination',
    summary: 'a VLAN is missing on the trunk to the destination: the report names it, and proves the others',
    breaks: (ready) => setTrunks(ready, 'swB', '0,10,20'),
    isExpected: (proof) => named('partly', 'vlan-unseen')(proof) && proof.cause?.params['vlan'] === 300,
  }),
  proofCase({
    name: 'proof-vlan-missing-at-source',
    summary: 'a VLAN is missing on the trunk to the source: the guest is back, and its traffic proves it',
    breaks: (ready) => setTrunks(ready, 'swA', '0,10,20'),
    isExpected: ({ verdict }) => verdict === 'proved',
  }),
  proofCase({
    name: 'proof-blocked-then-open',
    summary: "the switch's port lets nothing in until 2 s after RESUME: announced again, then proved",
    breaks: async (ready) => switchOf(ready).addFlow('priority=1,in_port=swB,actions=drop'),
    after: async (ready) => {
      await sleep(2000);
      await switchOf(ready).removeFlows('in_port=swB');
      return [];
    },
    isExpected: ({ verdict }) => verdict === 'proved',
  }),
  proofCase({
    name: 'proof-rarp-filtered',
    summary:
      'RARP is filtered in between: what the other kinds bring back is proved by its traffic, and no more',
    breaks: (ready) => switchOf(ready).addFlow('dl_type=0x8035,actions=drop'),
    isExpected: ({ nics }) =>
      nics.every(({ stations }) => stations.every(({ witness }) => witness.reason === 'unseen')),
  }),
  proofCase({
    name: 'proof-source-agent-dead',
    summary: "the source's agent is dead: no witness, and the traffic proves it",
    breaks: async ({ agents }) => {
      await agents.A.process.stop('SIGKILL');
    },
    isExpected: (proof) =>
      proof.verdict === 'proved' &&
      [...provedStations(proof).values()].every(({ witness }) => witness.reason === 'silent'),
  }),
  proofCase({
    name: 'proof-spoofed-announcement',
    summary:
      "a spoofer sends the guest's MACs, with seals that it made up, and the uplink is down: nothing is proved",
    breaks: ({ rig }) => ipBatch(rig.network.hosts.B, ['link set up0 down']),
    after: async ({ rig, recipe }) => {
      for (let time = 0; time < 20; time++) {
        rig.prober.send(
          recipe.stations.map((station) => {
            const frame = new Uint8Array(rarpLength(station));
            encodeRarp(station, frame, 0);
            sealRarp(frame, randomBytes(8));
            return frame;
          }),
        );
      }
      return [];
    },
    isExpected: named('unproved', 'uplink-down'),
  }),
];
