import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

/** A and B, between which guests move, and C, which is there only where a rig asks for it. */
export type HostName = 'A' | 'B' | 'C';

/** One thing at each of the two hosts that every rig has. */
export type AtBoth<T> = Readonly<Record<'A' | 'B', T>>;

/** Names of the lab's network namespaces; every one holds the harness's process id. */
const prefix = 'nhlab';

export interface LabNetwork {
  readonly hosts: Readonly<Record<HostName, string>>;
  readonly switch: string;
  readonly peer: string;
  /** Where the hosts and the peer come in at the switch: swA, swB, swP. */
  readonly switchPorts: readonly string[];
}

export interface Macvtap {
  readonly name: string;
  readonly mac: string;
  readonly mode: string;
}

export interface NetworkOptions {
  /** Taps made on each host and put into its bridge, one per NIC of the guest. */
  readonly taps: readonly string[];
  /** Those of them that have several queues. */
  readonly multiQueue?: ReadonlySet<string>;
  /** Macvtaps in their place on each host, on its uplink, which is then in no bridge. */
  readonly macvtaps?: readonly Macvtap[];
  /** Whether there is a host C as well, which no guest is on. */
  readonly thirdHost?: boolean;
}

/**
 * So many frames wait in a macvtap that its QEMU does not read: one that has stopped. Each stays on the account of the
 * socket that sent it, and Open vSwitch sends to all ports through one, whose account 250 fill: with the kernel's 500 it
 * sends nothing any more, to any port.
 */
const macvtapQueue = 64;

/**
 * Two hosts (bridge br0, taps, uplink up0), a switch namespace with the far ends (swA, swB, swP), and a peer
 * (peer0). Nothing of it touches the namespace the harness runs in.
 */
export async function createNetwork(options: NetworkOptions): Promise<LabNetwork> {
  const name = (role: string): string => `${prefix}${process.pid}-${role}`;
  const hosts = { A: name('A'), B: name('B'), C: name('C') };
  const present: readonly HostName[] = options.thirdHost ? ['A', 'B', 'C'] : ['A', 'B'];
  const switchPorts = [...present, 'P'].map((role) => `sw${role}`);
  const network = { hosts, switch: name('S'), peer: name('P'), switchPorts };
  const all = [...present.map((host) => hosts[host]), network.switch, network.peer];
  for (const namespace of all) {
    await runProgram('ip', ['netns', 'add', namespace]);
    // Only the guest, the prober and the agents may speak here.
    await inNamespace(namespace, [
      'sh',
      '-c',
      'for s in all default; do echo 1 > /proc/sys/net/ipv6/conf/$s/disable_ipv6; done 2>/dev/null; ip link set lo up',
    ]);
  }
  const { macvtaps = [] } = options;
  for (const host of present) {
    const namespace = network.hosts[host];
    await ipBatch(namespace, [
      'link add br0 type bridge forward_delay 0',
      `link add up0 type veth peer name sw${host} netns ${network.switch}`,
      ...(macvtaps.length > 0 ? [] : ['link set up0 master br0']),
      ...macvtaps.map(
        ({ name: macvtap, mac, mode }) =>
          `link add link up0 name ${macvtap} txqueuelen ${macvtapQueue} address ${mac} type macvtap mode ${mode}`,
      ),
      ...options.taps.flatMap((tap) => [
        `tuntap add ${tap} mode tap${options.multiQueue?.has(tap) ? ' multi_queue' : ''}`,
        `link set ${tap} master br0`,
      ]),
      ...['br0', 'up0', ...options.taps, ...macvtaps.map((each) => each.name)].map(
        (device) => `link set ${device} up`,
      ),
    ]);
  }
  await ipBatch(network.peer, [
    `link add peer0 type veth peer name swP netns ${network.switch}`,
    'link set peer0 up',
  ]);
  await ipBatch(
    network.switch,
    switchPorts.map((device) => `link set ${device} up`),
  );
  return network;
}

export async function removeNetwork(): Promise<void> {
  for (const namespace of await namespacesOf((pid) => pid === process.pid)) await remove(namespace);
}

/** Makes a directory for a rig's sockets, whose paths must be short. */
export function makeSocketDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

/** Removes what a lab that was killed left behind: namespaces and socket directories whose process is gone. */
export async function reapDeadLabs(): Promise<void> {
  for (const namespace of await namespacesOf((pid) => !isAlive(pid))) {
    // What libvirt started is nobody's child and outlived its lab.
    await endAllIn(namespace);
    await remove(namespace);
  }
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Ends every process in a network namespace of the lab. */
export async function endAllIn(namespace: string): Promise<void> {
  const listed = await runProgram('ip', ['netns', 'pids', namespace]).catch(() => '');
  for (const pid of listed.split('\n').filter(Boolean).map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }
}

/** Runs a program inside a namespace. */
export function inNamespace(
  namespace: string,
  command: readonly string[],
  input?: string | Uint8Array,
): Promise<string> {
  return runProgram('ip', ['netns', 'exec', namespace, ...command], input === undefined ? {} : { input });
}

/** Ports of a Linux bridge at which it knows each MAC: its forwarding database without the permanent entries. */
export async function bridgePorts(namespace: string, bridge = 'br0'): Promise<Map<string, string>> {
  const text = await runProgram('bridge', ['-n', namespace, '-j', 'fdb', 'show', 'br', bridge]);
  const entries = JSON.parse(text) as { mac: string; ifname: string; state?: string; flags?: string[] }[];
  const learned = entries.filter((entry) => entry.state !== 'permanent' && !entry.flags?.includes('self'));
  return new Map(learned.map((entry) => [entry.mac.toLowerCase(), entry.ifname]));
}

/** What nic-herald has put into a namespace: its interfaces, how many filters hang on them, and at one place of them at most. */
export async function injectorLeftovers(namespace: string): Promise<{
  readonly interfaces: readonly string[];
  readonly filters: number;
  readonly mostAtOnePlace: number;
}> {
  const text = await runProgram('ip', ['-n', namespace, '-j', 'link', 'show']);
  const names = (JSON.parse(text) as { ifname: string }[]).map(({ ifname }) => ifname);
  const interfaces = names.filter((name) => name.startsWith('herald'));
  const counts = [0];
  for (const name of interfaces) counts.push(...(await filtersAt(namespace, name)));
  const filters = counts.reduce((sum, count) => sum + count);
  return { interfaces, filters, mostAtOnePlace: Math.max(...counts) };
}

/** How many filters hang on an interface, at its ingress and at its egress. */
export async function filtersAt(namespace: string, name: string): Promise<readonly number[]> {
  const shown = ['ingress', 'egress'].map((hook) =>
    runProgram('tc', ['-n', namespace, 'filter', 'show', 'dev', name, hook]).catch(() => ''),
  );
  return (await Promise.all(shown)).map(
    (text) => text.split('\n').filter((line) => / handle 0x/.test(line)).length,
  );
}

export async function ipBatch(namespace: string, lines: readonly string[]): Promise<void> {
  await runProgram('ip', ['-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

async function namespacesOf(owner: (pid: number) => boolean): Promise<string[]> {
  const listing = await runProgram('ip', ['netns', 'list']);
  const names = listing.split('\n').map((line) => line.split(' ')[0] ?? '');
  return names.filter((name) => {
    const pid = new RegExp(`^${prefix}(\\d+)-[A-Z]\\d?$`).exec(name)?.[1];
    return pid !== undefined && owner(Number(pid));
  });
}

async function remove(namespace: string): Promise<void> {
  await runProgram('ip', ['netns', 'del', namespace]).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
