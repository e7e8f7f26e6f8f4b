// What an agent costs on a host with many domains: time to `ready`, memory, processor time while nothing happens, and what
// it asks of libvirtd.
//   many-domains-main.ts [--running] [DOMAINS ...]      default: 50 100
// Domains are paused before they boot; with --running they idle in their BIOS, and their cards are read every few seconds.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, agentCommand } from '../lab/agent-process.js';
import { guestImage } from '../lab/host-requirements.js';
import { LabRig, stopActiveRigs } from '../lab/lab-rig.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import { domainXml } from './domain-xml.js';
import { LibvirtDaemon } from './libvirt-daemon.js';
import { LibvirtHost } from './libvirt-host.js';
import { usageOf } from './process-usage.js';
import { RpcCounter } from './rpc-counter.js';

const idleSeconds = 30;
/** What an agent still does after it is ready: first snapshots are written. */
const settleMs = 15_000;
const cache = join(import.meta.dirname, '../../.cache');
const images = join(cache, 'lab');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
}
const [isRunning, asked] = [
  process.argv.includes('--running'),
  process.argv.slice(2).flatMap((word) => (word.startsWith('--') ? [] : [Number(word)])),
];
const image = await guestImage(images);
await reapDeadLabs();
const are = isRunning ? 'idle in their BIOS' : 'paused before they boot';
console.log(`node ${process.version}; domains of 32 MiB with a virtio and an e1000 card, ${are}\n`);
for (const count of [0, ...(asked.length > 0 ? asked : [50, 100])]) await measure(count);

async function measure(count: number): Promise<void> {
  const directory = join(cache, 'libvirt/many-domains', String(count));
  const rig = await LabRig.start({ image, guest: { name: 'none', uuid: '', nics: [] }, directory });
  try {
    const host = await LibvirtHost.start(rig, 'A', {
      cache: join(cache, 'libvirt/capabilities/own'),
      images,
    });
    const daemon = await LibvirtDaemon.start(rig, host);
    for (let number = 0; number < count; number++) await create(directory, daemon, number);
    const socket = join(rig.sockets, 'counted');
    const counter = await RpcCounter.start(socket, host.socket);
    rig.owns(counter);
    const launched = performance.now();
    const words = [...agentCommand(rig, 'A'), '--libvirt', socket];
    const agent = await AgentProcess.launchAs(rig, {
      host: 'A',
      command: host.inside(words),
      logName: 'nic-herald',
    });
    await agent.ready();
    const readyMs = performance.now() - launched;
    const appeared = (): number => agent.lines.filter(({ event }) => event === 'guest:appeared').length;
    await agent.line('every guest', () => appeared() >= count, 60_000);
    const allMs = performance.now() - launched;
    await sleep(settleMs);
    const first = counter.take();
    const [agentBefore, daemonBefore] = await Promise.all([usageOf(agent.process.pid), usageOf(daemon.pid)]);
    await sleep(idleSeconds * 1000);
    const calls = counter.take();
    const [agentAfter, daemonAfter] = await Promise.all([usageOf(agent.process.pid), usageOf(daemon.pid)]);
    const percent = (before: number, after: number): string =>
      (((after - before) / idleSeconds) * 100).toFixed(1);
    const sum = (each: typeof calls): number => each.reduce((all, [, times]) => all + times, 0);
    const named = (each: typeof calls): string =>
      each.map(([name, times]) => `${name} x ${times}`).join(', ');
    console.log(`${count} domains`);
    console.log(`  ready after ${readyMs.toFixed(0)} ms, every guest known after ${allMs.toFixed(0)} ms`);
    console.log(
      `  memory ${agentAfter.rssMib.toFixed(0)} MiB, at most ${agentAfter.mostRssMib.toFixed(0)} MiB`,
    );
    console.log(
      `  idle for ${idleSeconds} s: agent ${percent(agentBefore.cpuSeconds, agentAfter.cpuSeconds)} % of a processor, ` +
        `libvirtd ${percent(daemonBefore.cpuSeconds, daemonAfter.cpuSeconds)} %`,
    );
    console.log(`  calls until then ${sum(first)}: ${named(first)}`);
    console.log(`  calls while idle ${(sum(calls) / idleSeconds).toFixed(1)} a second: ${named(calls)}\n`);
  } finally {
    await rig.stop();
  }
}

async function create(directory: string, daemon: LibvirtDaemon, number: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  const tail = number.toString(16).padStart(4, '0');
  const mac = (card: number): string => `52:54:0${card}:00:${tail.slice(0, 2)}:${tail.slice(2)}`;
  const guest = {
    name: `lab-${number}`,
    uuid: `7b1f4f0e-4f6e-4a55-9c4f-0a5f4c6d${tail}`,
    nics: [
      { model: 'virtio', mac: mac(0) },
      { model: 'e1000', mac: mac(1) },
    ],
    memoryMib: 32,
    ...{ setUp: [], stations: [] },
  } as const;
  const file = join(directory, 'domain.xml');
  await writeFile(file, domainXml(guest, undefined));
  await daemon.virsh.run('create', file, ...(isRunning ? [] : ['--paused']));
}
