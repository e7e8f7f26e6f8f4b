import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { type AgentLine, agentProgram } from '../lab/agent-process.js';
import { LabProcess } from '../lab/lab-process.js';
import { waitUntil } from '../lab/wait-until.js';

/** The agent's program: this workspace's own build, or the one that HERALD_LAB_PROGRAM names. */
export const program = agentProgram(process.env);

/** A line of the agent's log that tells of a guest. */
export interface StagedLine extends AgentLine {
  readonly level?: string;
  /** Of the guest that the line is about: one hypervisor process, as this agent numbers them. */
  readonly instance?: string;
  /** Of `guest:appeared`. */
  readonly phase?: string;
}

/** Where an agent runs and what it is given. */
export interface AgentPlace {
  /** What its files and its reports are named after. */
  readonly label: string;
  /** The name of its host, which no two should have. */
  readonly host: string;
  readonly namespace: string;
  /** Takes its log and its reports. */
  readonly directory: string;
  /** Of the QMP sockets. */
  readonly glob: string;
  readonly control: string;
  readonly handoff: string;
  /** The text of a herald.yaml. */
  readonly config?: string;
}

/** False while the command line has not been built. */
export async function isAgentBuilt(): Promise<boolean> {
  return access(program).then(
    () => true,
    () => false,
  );
}

/** `nic-herald run` on one staged host. */
export class StagedAgent {
  readonly lines: StagedLine[] = [];
  readonly process: LabProcess;
  readonly #reports: string;

  private constructor(place: AgentPlace, reports: string, config: string | undefined) {
    this.#reports = reports;
    let rest = '';
    this.process = new LabProcess({
      title: `nic-herald on ${place.label}`,
      namespace: place.namespace,
      command: [
        ...[process.execPath, program, 'run', '--host', place.host, '--qmp', place.glob],
        ...['--handoff-dir', place.handoff, '--report-dir', reports, '--control', place.control],
        ...['--log-level', 'debug', ...(config === undefined ? [] : ['--config', config])],
      ],
      logFile: join(place.directory, `nic-herald-${place.label}.log`),
      onStdout: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.lines.push(parseLine(line));
      },
    });
  }

  /** Starts it and waits for its `ready`, `readyMs` at most: from then on it misses nothing. */
  static async start(place: AgentPlace, readyMs = 30_000): Promise<StagedAgent> {
    const reports = join(place.directory, `reports-${place.label}`);
    await mkdir(reports, { recursive: true });
    const config = place.config && join(place.directory, `herald-${place.label}.yaml`);
    if (config !== undefined) await writeFile(config, place.config ?? '');
    const agent = new StagedAgent(place, reports, config);
    await agent.line('ready', (line) => line.msg === 'ready', readyMs);
    return agent;
  }

  /** Waits for a line of its log. */
  line(what: string, matches: (line: StagedLine) => boolean, timeoutMs = 10_000): Promise<StagedLine> {
    return this.until(`to log "${what}"`, timeoutMs, () => this.lines.find(matches));
  }

  /** Waits until something is so, and fails at once where the agent ends by itself. */
  until<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
    return waitUntil(`${this.process.title} ${what}`, { timeoutMs, everyMs: 20 }, async () => {
      const found = await probe();
      if (found === undefined) this.process.assertRunning();
      return found;
    });
  }

  /** Waits until it has told of so many guests, and gives their lines. */
  appeared(count = 1): Promise<readonly StagedLine[]> {
    return this.until(`to see ${count} guests`, 6000, () => {
      const seen = this.lines.filter(({ event }) => event === 'guest:appeared');
      return seen.length >= count ? seen : undefined;
    });
  }

  /** Waits until frames lie ready for a guest that waits here. */
  armed(frames = 1, timeoutMs?: number): Promise<StagedLine> {
    const isArmed = (line: StagedLine) => line.event === 'announce:armed' && (line.frames ?? 0) >= frames;
    return this.line('armed', isArmed, timeoutMs);
  }

  /** The lines with a code. */
  warnings(code: string): readonly StagedLine[] {
    return this.lines.filter((line) => line.code === code);
  }

  /** Reports written so far under its label, by this agent and by those before it. */
  async reports(): Promise<readonly MigrationReport[]> {
    const files = (await readdir(this.#reports)).filter((name) => /^[^.].*\.json$/.test(name)).sort();
    const texts = await Promise.all(files.map((name) => readFile(join(this.#reports, name), 'utf8')));
    return texts.map((text) => JSON.parse(text) as MigrationReport);
  }

  /** The first report that matches; a fault when it does not come. */
  report(
    matches: (report: MigrationReport) => boolean = () => true,
    timeoutMs = 6000,
  ): Promise<MigrationReport> {
    return this.until('to report', timeoutMs, async () => (await this.reports()).find(matches));
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  async kill(): Promise<void> {
    await this.process.stop('SIGKILL');
  }
}

function parseLine(line: string): StagedLine {
  try {
    return JSON.parse(line) as StagedLine;
  } catch {
    return { msg: line };
  }
}
