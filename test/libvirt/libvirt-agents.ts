import { mkdir } from 'node:fs/promises';
import { type AgentPair, AgentProcess, agentCommand } from '../lab/agent-process.js';
import { snapshotTexts } from '../lab/handed-over.js';
import type { Station } from '../lab/station.js';
import { waitUntil } from '../lab/wait-until.js';
import type { PairHost } from './libvirt-host.js';
import type { LibvirtPair } from './libvirt-pair.js';

/** How long a card may take to be looked at again (polled every 5 s) and a port to be read again (every 10 s). */
const pollMs = 15_000;

/**
 * Starts an agent on a host as on any libvirt host: it is told nothing, finds the daemon's socket, and hands over in the
 * domains. Where the lane is told so, it hands over in a directory.
 */
export async function launchAgent(pair: LibvirtPair, host: PairHost): Promise<AgentProcess> {
  const { handoffDirectory } = pair;
  if (handoffDirectory !== undefined) await mkdir(handoffDirectory, { recursive: true });
  const words = handoffDirectory === undefined ? [] : ['--handoff-dir', handoffDirectory];
  return AgentProcess.launchAs(pair.rig, {
    host,
    command: pair.host(host).inside([...agentCommand(pair.rig, host), ...words]),
    logName: `nic-herald-${host}`,
  });
}

/** Starts both and waits until both are ready. */
export async function startLibvirtAgents(pair: LibvirtPair): Promise<AgentPair> {
  const [A, B] = await Promise.all([launchAgent(pair, 'A'), launchAgent(pair, 'B')]);
  await Promise.all([A.ready(), B.ready()]);
  return { A, B };
}

/** Waits until what a host hands over names the MAC of every station. */
export async function handedOver(
  pair: LibvirtPair,
  host: PairHost,
  domain: string,
  stations: readonly Station[],
): Promise<void> {
  await waitUntil(
    `${host} to hand over each MAC of the guest`,
    { timeoutMs: pollMs, everyMs: 200 },
    async () => {
      const said = await (pair.handoffDirectory === undefined
        ? metadataOf(pair, host, domain)
        : snapshotTexts(pair.rig, pair.host(host).name).then((texts) => texts.join()));
      return stations.every(({ mac }) => said.includes(mac)) || undefined;
    },
  );
}

/** What hosts have written into a domain. */
async function metadataOf(pair: LibvirtPair, host: PairHost, domain: string): Promise<string> {
  const xml = await pair.daemons[host].virsh.run('dumpxml', domain);
  return /<metadata>.*<\/metadata>/s.exec(xml)?.[0] ?? '';
}
