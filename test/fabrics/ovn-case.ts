import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnnouncePreset } from '@nic-herald/core/internal';
import { type AgentPair, AgentProcess, armed } from '../lab/agent-process.js';
import { captureAtPeer } from '../lab/capture-at-peer.js';
import { bootGuest } from '../lab/guest-on-host.js';
import { GuestBuilder, speakOnce } from '../lab/guest-recipe.js';
import { seenWithAddresses } from '../lab/handed-over.js';
import { LabRig } from '../lab/lab-rig.js';
import { waitUntil } from '../lab/wait-until.js';
import type { FabricCase, FabricContext } from './fabric-case.js';
import { OvnFabric, type OvnNetwork, type OvnSecurity, PROVIDER_VLAN } from './ovn-fabric.js';
import { isFrom, type OvnMove, ovnMove } from './ovn-move.js';

/** By then the port has to be open, ms: on a busy machine. On a quiet one it is within 30 ms. */
const MOST_MS = 2000;
/** How often QEMU alone moves the guest: its port stays shut each time. */
const MOVES_ALONE = 2;

/** With a MAC besides its own, and a VLAN, which OVN lets through only where the switch has `vlan-passthru`. */
const recipe = new GuestBuilder().card('virtio').macvlans(1).vlans(10).build('ovn');
const [station, ...others] = recipe.stations;
const [nic] = recipe.guest.nics;

export interface OvnCase {
  readonly name: string;
  readonly summary: string;
  readonly inCi: boolean;
  readonly network: OvnNetwork;
  /** What is sent; absent: the default, a RARP before ARP. */
  readonly preset?: AnnouncePreset;
  /** Whether the port may send from the guest's own MAC alone, or from that and its address. */
  readonly security?: OvnSecurity;
  /** How often the guest moves with nic-herald, each time to the other host. */
  readonly moves: number;
}

/** A guest moves between two hosts of OVN with `activation-strategy=rarp`, and its QEMU announces nothing. */
export const ovnCase = (each: OvnCase): FabricCase => ({
  name: each.name,
  summary: each.summary,
  inCi: each.inCi,
  run: async (context) => {
    const alone = await movesOf(context, each, 'alone');
    const herald = context.qemuAloneOnly ? undefined : await movesOf(context, each, 'herald');
    return {
      faults: [...alone.faults, ...(herald?.faults ?? [])],
      notes: [...alone.notes, ...(herald?.notes ?? [])],
    };
  },
});

interface Outcome {
  readonly notes: readonly string[];
  readonly faults: readonly string[];
}

async function movesOf(
  { image, directory }: FabricContext,
  { network, preset, moves, security }: OvnCase,
  who: 'alone' | 'herald',
): Promise<Outcome> {
  if (station === undefined || nic === undefined) throw new TypeError('the guest has a card');
  const vlan = network === 'provider' ? PROVIDER_VLAN : undefined;
  const { start, fabric } = OvnFabric.starter({
    ...{ network, mac: station.mac, ip: station.address, tap: nic.tap, security },
  });
  const rig = await LabRig.start({
    ...{ image, guest: recipe.guest, thirdHost: true, directory: join(directory, who), switch: start },
  });
  const [notes, faults, opened]: [string[], string[], number[]] = [[], [], []];
  try {
    const peer = await captureAtPeer(rig);
    let qemu = await bootGuest(rig, 'A', recipe);
    const agents = who === 'herald' ? await agentsWith(rig, fabric(), preset) : undefined;
    await waitUntil('the peer to hear the guest', { timeoutMs: 20_000, everyMs: 300 }, async () => {
      await qemu.console.run(speakOnce([station]));
      return (await peer.frames()).some(isFrom(station.mac, vlan)) || undefined;
    });
    for (let move = 1; move <= (agents === undefined ? MOVES_ALONE : moves); move += 1) {
      const agent = agents?.[qemu.host === 'A' ? 'B' : 'A'];
      const source = qemu.host;
      const since = agent?.lines.length ?? 0;
      const moved = await ovnMove(rig, fabric(), qemu, {
        ...{ stations: [station, ...others], tap: nic.tap, peer, vlan, suffix: String(move) },
        before: async () => {
          if (agent === undefined) return;
          if (preset === undefined) await seenWithAddresses(rig, source, [station]);
          await armed(agent, recipe.stations.length, since);
        },
      });
      const title = `${who === 'alone' ? 'QEMU alone' : 'nic-herald'}, move ${move}`;
      notes.push(`${title}: ${told(moved)}`);
      faults.push(...faultsOf(moved, who, security !== undefined).map((fault) => `${title}: ${fault}`));
      if (moved.beyondMs !== undefined) opened.push(moved.beyondMs);
      qemu = moved.destination;
    }
    if (agents !== undefined) {
      notes.push(summaryOf(opened));
      faults.push(...(await warningFaults(agents, preset)));
    }
    return { faults, notes };
  } finally {
    await rig.stop();
  }
}

/** Agents on both hosts, each with its own Open vSwitch. */
async function agentsWith(rig: LabRig, fabric: OvnFabric, preset?: AnnouncePreset): Promise<AgentPair> {
  const start = async (host: 'A' | 'B'): Promise<AgentProcess> => {
    const config = join(rig.directory, `herald-${host}.yaml`);
    const ports = `plugins: [{ use: '@nic-herald/ports-linux', with: { ovsdb: ${fabric.ovsdb(host)} } }]`;
    await writeFile(config, `${preset === undefined ? '' : `announce:\n  preset: ${preset}\n`}${ports}\n`);
    return AgentProcess.start(rig, host, config);
  };
  return { A: await start('A'), B: await start('B') };
}

const ms = (time: number | undefined): string => (time === undefined ? 'never' : `${time.toFixed(1)} ms`);

const told = ({ early, atPortMs, beyondMs, announced, isHeard }: OvnMove): string =>
  `before RESUME ${early} frames; first frame at the port ${ms(atPortMs)}, beyond it ${ms(beyondMs)} after RESUME (${announced.join(', ') || 'nothing'}); later the guest ${isHeard ? 'is' : 'is not'} heard`;

const summaryOf = (opened: readonly number[]): string => {
  const sorted = opened.toSorted((a, b) => a - b);
  return `nic-herald: open after ${ms(sorted[0])} to ${ms(sorted.at(-1))}, median ${ms(sorted[sorted.length >> 1])}, ${sorted.length} moves`;
};

const faultsOf = (
  { early, beyondMs, announced, isHeard }: OvnMove,
  who: 'alone' | 'herald',
  isSecured: boolean,
): readonly string[] => {
  const tooEarly = early > 0 ? [`${early} frames left before RESUME`] : [];
  if (who === 'alone')
    return isHeard ? [...tooEarly, 'the port was not shut, so this proves nothing'] : tooEarly;
  const isLate = beyondMs === undefined || beyondMs > MOST_MS;
  const passing = recipe.stations.filter(
    ({ vlan }, index) => vlan === undefined && (index === 0 || !isSecured),
  );
  const wanted = passing.map(({ name }) => name).join(', ');
  return [
    ...tooEarly,
    ...(isLate ? ['the port did not open'] : []),
    ...(isHeard ? [] : ['the guest is not heard']),
    ...(announced.join(', ') === wanted
      ? []
      : [`what was heard of was ${announced.join(', ')}, not ${wanted}`]),
  ];
};

/** Each report warns of a preset that leaves the port shut, and of no other. */
async function warningFaults(agents: AgentPair, preset?: AnnouncePreset): Promise<readonly string[]> {
  const reports = (await Promise.all([agents.A.reports(), agents.B.reports()])).flat();
  const warned = reports.filter(({ warnings }) =>
    warnings.some(({ code }) => code === 'HERALD_PORT_STAYS_SHUT'),
  );
  const wanted = preset === 'ovs-slb' ? reports.length : 0;
  return warned.length === wanted && reports.length > 0
    ? []
    : [`${warned.length} of ${reports.length} reports warned of ${preset ?? 'the default'}`];
}
