import { type AgentPair, AgentProcess, agentCommand } from '../lab/agent-process.js';
import type { Station } from '../lab/station.js';
import { waitUntil } from '../lab/wait-until.js';
import type { PairHost } from './libvirt-host.js';
import type { LibvirtPair } from './libvirt-pair.js';

/** How long a card may take to be looked at again (polled every 5 s) and a port to be read again (every 10 s). */
const pollMs = 15_000;

/** Starts an agent on a host as on any libvirt host: it is told nothing and finds the daemon's socket. */
export async function launchAgent(pair: LibvirtPair, host: PairHost): Promise<AgentProcess> {
  return AgentProcess.launchAs(pair.rig, {
    host,
    command: pair.host(host).inside(agentCommand(pair.rig, host)),
    logName: `nic-herald-${host}`,
  });
}

/** Starts both and waits until both are ready. */
export async function startLibvirtAgents(pair: LibvirtPair): Promise<AgentPair> {
  const [A, B] = await Promise.all([launchAgent(pair, 'A'), launchAgent(pair, 'B')]);
  await Promise.all([A.ready(), B.ready()]);
  return { A, B };
}

/** Waits until the domain carries a hand-off that names the MAC of every station. */
export async function handedOverInDomain(
  pair: LibvirtPair,
  host: PairHost,
  domain: string,
  stations: readonly Station[],
): Promise<void> {
  await waitUntil(
    `${host} to hand over each MAC of the guest in the domain`,
    { timeoutMs: pollMs, everyMs: 200 },
    async () => {
      const xml = await pair.daemons[host].virsh.run('dumpxml', domain);
      const metadata = /<metadata>.*<\/metadata>/s.exec(xml)?.[0] ?? '';
      return stations.every(({ mac }) => metadata.includes(mac)) || undefined;
    },
  );
}
