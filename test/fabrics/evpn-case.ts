import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPair, armed, startAgents } from '../lab/agent-process.js';
import { bootGuest } from '../lab/guest-on-host.js';
import { learnedHandedOver } from '../lab/handed-over.js';
import type { CaseResult } from '../lab/lab-case.js';
import { LabRig } from '../lab/lab-rig.js';
import { waitUntil } from '../lab/wait-until.js';
import { EvpnFabric, type EvpnOptions } from './evpn-fabric.js';
import { ASKS_GATEWAY, evpnGuest, GUEST } from './evpn-guest.js';
import { type EvpnMove, evpnMove } from './evpn-move.js';
import type { FabricCase, FabricContext } from './fabric-case.js';
import { FAMILIES, RoutedClient } from './routed-client.js';

/** So much longer than the migration's own downtime a client may wait, ms. */
const MOST_BEYOND_MS = 500;
/** RARP, both forms of gratuitous ARP, an advertisement, a question and a solicitation; and the link-local address's. */
const LEAST_FRAMES = 6;

const recipe = evpnGuest();
const MAC = recipe.stations[0]?.mac ?? '';

/** Fabrics that differ, and how often the guest moves in each. */
export interface EvpnCase extends EvpnOptions {
  readonly name: string;
  readonly summary: string;
  readonly inCi: boolean;
  /** How often it moves, each time to the other host. */
  readonly moves: number;
}

/** A guest moves between two leaves, with QEMU alone and with agents that have the preset for leaves. */
export const evpnCase = ({ name, summary, inCi, moves, ...options }: EvpnCase): FabricCase => ({
  name,
  summary,
  inCi,
  run: async (context) => {
    const alone = await movesOf(context, options, moves, 'alone');
    const herald = context.qemuAloneOnly ? undefined : await movesOf(context, options, moves, 'herald');
    const notes = [...alone.lines, ...(herald?.lines ?? [])];
    return { faults: herald?.faults ?? [], notes } satisfies CaseResult;
  },
});

interface Outcome {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
}

async function movesOf(
  { image, directory }: FabricContext,
  options: EvpnOptions,
  moves: number,
  who: 'alone' | 'herald',
): Promise<Outcome> {
  const { start, fabric } = EvpnFabric.starter(options);
  const rig = await LabRig.start({
    image,
    guest: recipe.guest,
    directory: join(directory, who),
    switch: start,
  });
  const [lines, faults]: [string[], string[]] = [[], []];
  try {
    let qemu = await bootGuest(rig, 'A', recipe);
    const agents = who === 'herald' ? await withAgents(rig) : undefined;
    await qemu.console.run(ASKS_GATEWAY);
    await fabric().knows(MAC, Object.values(GUEST));
    const client = await RoutedClient.start(rig, GUEST);
    for (let move = 1; move <= moves; move += 1) {
      const movesBefore = (await fabric().macAt(3, MAC))?.moves ?? 0;
      const source = qemu;
      const moved = await evpnMove(rig, source, client, {
        suffix: String(move),
        before: async (destination) => {
          if (agents === undefined) return;
          await whomItAskedFor(rig, source.host);
          await armed(agents[destination.host === 'A' ? 'A' : 'B'], LEAST_FRAMES);
        },
      });
      const counted = ((await fabric().macAt(3, MAC))?.moves ?? 0) - movesBefore;
      const isDuplicate = (await fabric().macAt(moved.destination.host === 'A' ? 1 : 2, MAC))?.isDuplicate;
      const title = `${who === 'alone' ? 'QEMU alone' : 'nic-herald'}${moves > 1 ? `, move ${move}` : ''}`;
      const marked = isDuplicate === true ? ', taken for a duplicate' : '';
      lines.push(`${title}: ${told(moved)}, ${counted} move counted${marked}`);
      // Where a fabric freezes what it takes for a duplicate the guest is cut off, which was warned of.
      const isFrozen = options.freezesDuplicates === true && isDuplicate === true;
      if (who === 'herald' && !isFrozen) faults.push(...faultsOf(title, moved, counted));
      await writeFile(join(rig.directory, `leaves-${move}.txt`), await fabric().told(MAC));
      await source.stop();
      qemu = moved.destination;
    }
    if (agents !== undefined && moves > 1) faults.push(...(await warningFaults(agents, moves, lines)));
    return { lines, faults };
  } finally {
    await rig.stop();
  }
}

async function withAgents(rig: LabRig): Promise<AgentPair> {
  const config = join(rig.directory, 'herald.yaml');
  await writeFile(config, 'announce:\n  preset: evpn\n');
  return startAgents(rig, config);
}

/** Waits until the source hands over whom the guest asked for: else there is no question to send. */
async function whomItAskedFor(rig: LabRig, host: 'A' | 'B' | 'C'): Promise<void> {
  await waitUntil(
    `${host} to hand over whom the guest asked for`,
    { timeoutMs: 15_000, everyMs: 100 },
    async () => {
      const learned = await learnedHandedOver(rig, host);
      return learned.some(({ asked = [] }) => asked.length > 0) || undefined;
    },
  );
}

const told = ({ downtimeMs, gaps, isDark }: EvpnMove): string => {
  const each = FAMILIES.map((family) => {
    const { lengthMs } = gaps[family];
    const much = isDark[family]
      ? `dark for more than ${(lengthMs / 1000).toFixed(1)} s`
      : `${lengthMs.toFixed(0)} ms`;
    const beyond = isDark[family] ? '' : ` (${(lengthMs - downtimeMs).toFixed(0)} beyond)`;
    return `${family} ${much}${beyond}`;
  });
  return `downtime ${downtimeMs.toFixed(0)} ms, longest gap ${each.join(', ')}`;
};

const faultsOf = (
  title: string,
  { downtimeMs, gaps, isDark }: EvpnMove,
  counted: number,
): readonly string[] => {
  const late = FAMILIES.filter(
    (family) => isDark[family] || gaps[family].lengthMs - downtimeMs > MOST_BEYOND_MS,
  );
  return [
    ...late.map(
      (family) => `${title}: ${family} was gone for more than ${MOST_BEYOND_MS} ms beyond the downtime`,
    ),
    ...(counted === 1 ? [] : [`${title}: the fabric counted ${counted} moves in place of one`]),
  ];
};

/** From the fourth move on each report warns, and none before. */
async function warningFaults(agents: AgentPair, moves: number, lines: string[]): Promise<readonly string[]> {
  const reports = (await Promise.all([agents.A.reports(), agents.B.reports()])).flat();
  const warned = reports
    .toSorted((a, b) => a.epoch - b.epoch)
    .map(({ warnings }) => warnings.some(({ code }) => code === 'HERALD_MOVED_OFTEN'));
  lines.push(`nic-herald warned of moves: ${warned.map((is) => (is ? 'yes' : 'no')).join(', ')}`);
  const wanted = Array.from({ length: moves }, (_, index) => index >= 3);
  return warned.join() === wanted.join()
    ? []
    : [`reports warned of moves as ${warned.join()}, not as ${wanted.join()}`];
}
