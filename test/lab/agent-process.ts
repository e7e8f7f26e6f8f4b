import { access, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { learnedHandedOver, snapshotTexts } from './handed-over.js';
import { LabFault } from './lab-fault.js';
import { LabProcess } from './lab-process.js';
import type { LabRig } from './lab-rig.js';
import type { AtBoth, HostName } from './namespaces.js';
import { type Station, stationKey } from './station.js';
import { waitUntil } from './wait-until.js';

const program = agentProgram(process.env);

/** A herald.yaml that gives the kernel nothing to send. */
const AGENT_SENDS = join(import.meta.dirname, 'agent-sends.yaml');

/** One line of nic-herald's log. */
export interface AgentLine {
  readonly msg?: string;
  /** The fact on the bus that the line tells of, such as `announce:armed`. */
  readonly event?: string;
  readonly code?: string;
  /** Of a warning about a card that lists less than the guest has. */
  readonly reason?: string;
  /** Of `ready`: whether frames are sent. */
  readonly mode?: string;
  /** Of `announce:armed`. */
  readonly frames?: number;
}

/** False while the command line has not been built. */
export async function isAgentBuilt(): Promise<boolean> {
  return access(program).then(
    () => true,
    () => false,
  );
}

/** How an agent is started. */
export interface AgentStart {
  readonly host: HostName;
  /** Namespace to run in; absent: the command sees to it. */
  readonly namespace?: string;
  readonly command: readonly string[];
  /** Tells its log from that of another agent of the host. */
  readonly logName: string;
}

/** `nic-herald run` on one host: the built command, in the host's namespace, watching every QMP socket of the host. */
export class AgentProcess {
  readonly lines: AgentLine[] = [];
  readonly process: LabProcess;
  readonly #reportDirectory: string;

  private constructor(rig: LabRig, { host, namespace, command, logName }: AgentStart) {
    this.#reportDirectory = reportDirectory(rig, host);
    let rest = '';
    this.process = new LabProcess({
      title: `nic-herald on ${host}`,
      ...(namespace === undefined ? {} : { namespace }),
      command,
      logFile: join(rig.directory, `${logName}.log`),
      onStdout: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.lines.push(parseLine(line));
      },
    });
    rig.owns({ stop: () => this.process.stop() });
  }

  /** Starts it without waiting for anything, with a herald.yaml where one is given. */
  static async launch(
    rig: LabRig,
    host: HostName,
    config = process.env['HERALD_LAB_SENDER'] === 'agent' ? AGENT_SENDS : undefined,
  ): Promise<AgentProcess> {
    await mkdir(join(rig.directory, 'handoff'), { recursive: true });
    return AgentProcess.launchAs(rig, {
      host,
      namespace: rig.network.hosts[host],
      command: [
        ...agentCommand(rig, host),
        ...['--host', host, '--qmp', join(rig.sockets, `${host}*.qmp`)],
        ...['--handoff-dir', join(rig.directory, 'handoff')],
        ...['--control', join(rig.sockets, `${host}.control-agent`)],
        ...(config === undefined ? [] : ['--config', config]),
      ],
      logName: `nic-herald-${host}`,
    });
  }

  /** Starts it by another command than the lab's own. */
  static async launchAs(rig: LabRig, start: AgentStart): Promise<AgentProcess> {
    await mkdir(reportDirectory(rig, start.host), { recursive: true });
    return new AgentProcess(rig, start);
  }

  /** Starts it and waits for its `ready`: from then on it misses nothing. */
  static async start(rig: LabRig, host: HostName, config?: string): Promise<AgentProcess> {
    const agent = await AgentProcess.launch(rig, host, config);
    await agent.ready();
    return agent;
  }

  /** Waits for its `ready`. */
  async ready(): Promise<void> {
    await this.line('ready', (line) => line.msg === 'ready');
  }

  /** Waits for a line of its log. */
  line(what: string, matches: (line: AgentLine) => boolean, timeoutMs = 15_000): Promise<AgentLine> {
    return waitUntil(`${this.process.title} to log "${what}"`, { timeoutMs, everyMs: 20 }, () => {
      const found = this.lines.find(matches);
      if (!found) this.process.assertRunning();
      return found;
    });
  }

  /** Reports written so far on this host, by this agent and by those before it. */
  async reports(): Promise<MigrationReport[]> {
    const files = (await readdir(this.#reportDirectory)).filter((name) => /^[^.].*\.json$/.test(name));
    const texts = await Promise.all(
      files.sort(byTime).map((name) => readFile(join(this.#reportDirectory, name), 'utf8')),
    );
    return texts.map((text) => JSON.parse(text) as MigrationReport);
  }

  /** The `count`-th report; a fault when it does not come. */
  async report(count = 1): Promise<MigrationReport> {
    return waitUntil(`report ${count} of ${this.process.title}`, { timeoutMs: 8000 }, async () => {
      return (await this.reports())[count - 1];
    });
  }
}

/** Names of reports by their times, which they end with: what is announced again comes behind what it repeats. */
const byTime = (a: string, b: string): number => timeOf(a).localeCompare(timeOf(b));
const timeOf = (name: string): string => /\d{8}T\d{9}Z.*$/.exec(name)?.[0] ?? name;

/** Both agents of a rig. */
export type AgentPair = AtBoth<AgentProcess>;

export async function startAgents(rig: LabRig, config?: string): Promise<AgentPair> {
  if (!(await isAgentBuilt())) throw new LabFault(`${program} is not there: run npm run build`);
  const [A, B] = await Promise.all([
    AgentProcess.start(rig, 'A', config),
    AgentProcess.start(rig, 'B', config),
  ]);
  return { A, B };
}

/** How long a card may take to be looked at again (polled every 5 s) and a port to be read again (every 10 s). */
const pollMs = 12_000;

/**
 * Waits until an agent has frames lying ready for a guest that waits here: one for each station, as after a while
 * of quiet. `since` leaves out what it logged before that line.
 */
export async function armed(agent: AgentProcess, stations: number, since = 0): Promise<void> {
  const what = `${agent.process.title} to be armed with ${stations} frames`;
  await waitUntil(what, { timeoutMs: pollMs, everyMs: 20 }, () => {
    agent.process.assertRunning();
    const armings = agent.lines.slice(since).filter((line) => line.event === 'announce:armed');
    return (armings.at(-1)?.frames ?? 0) >= stations || undefined;
  });
}

/**
 * Waits until what a host hands over names the MAC of every station: being armed with as many frames does not tell
 * of one MAC that took the place of another.
 */
export async function handedOver(rig: LabRig, host: HostName, stations: readonly Station[]): Promise<void> {
  await waitUntil(
    `${host} to hand over each MAC of the guest`,
    { timeoutMs: pollMs, everyMs: 100 },
    async () => {
      const snapshots = await snapshotTexts(rig, host);
      const missing = stations.filter(({ mac }) => !snapshots.some((snapshot) => snapshot.includes(mac)));
      return missing.length === 0 || undefined;
    },
  );
}

/** How long the destination takes to make ready what was just handed over. */
const armingMs = 500;

/** Waits until the hand-off has every one of these stations as seen: before, some of its frames are guesses. */
export async function allLearned(rig: LabRig, stations: readonly Station[]): Promise<void> {
  await waitUntil('the hand-off to have all stations as learned', { timeoutMs: pollMs }, async () => {
    const learned = await learnedHandedOver(rig, 'A');
    const keys = new Set(learned.map(({ station: { mac, vlan } }) => stationKey(mac, vlan)));
    return stations.every(({ mac, vlan }) => keys.has(stationKey(mac, vlan))) || undefined;
  });
  await sleep(armingMs);
}

/** The agent's program: this workspace's own build, or the one that HERALD_LAB_PROGRAM names. */
export function agentProgram({ HERALD_LAB_PROGRAM }: NodeJS.ProcessEnv): string {
  return resolve(HERALD_LAB_PROGRAM ?? join(import.meta.dirname, '../../packages/cli/dist/bin.js'));
}

/** What every agent of a rig is told: to log everything, and where its reports go. */
export function agentCommand(rig: LabRig, host: HostName): string[] {
  const reports = ['--report-dir', reportDirectory(rig, host), '--log-level', 'debug'];
  return [process.execPath, program, 'run', ...reports];
}

function reportDirectory(rig: LabRig, host: HostName): string {
  return join(rig.directory, `reports-${host}`);
}

function parseLine(line: string): AgentLine {
  try {
    return JSON.parse(line) as AgentLine;
  } catch {
    return { msg: line };
  }
}
