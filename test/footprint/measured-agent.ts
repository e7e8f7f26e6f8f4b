import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { waitUntil } from '../lab/wait-until.js';
import type { StagedRig } from '../staged/staged-rig.js';
import { type AgentUsage, agentUsage } from './agent-usage.js';

/** One build of the agent, under the name it has in the table. */
export interface Build {
  readonly name: string;
  /** Its `bin.js`. */
  readonly program: string;
}

interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly event?: string;
  readonly code?: string;
}

/** `nic-herald run` of one build on host A of a rig, with a hand-off directory of its own. */
export class MeasuredAgent {
  readonly #lines: LogLine[] = [];
  readonly #process: LabProcess;
  readonly #launched = performance.now();
  #readyMs = Number.NaN;

  private constructor(rig: StagedRig, { name, program }: Build, files: string) {
    let rest = '';
    this.#process = new LabProcess({
      title: `nic-herald (${name})`,
      namespace: rig.namespace('A'),
      command: [
        ...[process.execPath, program, 'run', '--host', 'A', '--qmp', rig.socket('A', '*')],
        ...['--handoff-dir', join(files, 'handoff'), '--report-dir', join(files, 'reports')],
        ...['--control', rig.socket('A', 'control').replace(/qmp$/, 'sock')],
      ],
      logFile: join(rig.directory, `nic-herald-${name}.log`),
      onStdout: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#take(line);
      },
    });
  }

  /** Starts it, and waits until it is ready and has told of so many guests. */
  static async start(rig: StagedRig, build: Build, guests: number): Promise<MeasuredAgent> {
    const files = join(rig.directory, `agent-${build.name}`);
    await rm(files, { recursive: true, force: true });
    for (const each of ['handoff', 'reports']) {
      await mkdir(join(files, each), { recursive: true, mode: 0o700 });
    }
    const agent = new MeasuredAgent(rig, build, files);
    rig.owns({ stop: () => agent.stop() });
    await waitUntil(`${build.name} to know ${guests} guests`, { timeoutMs: 60_000, everyMs: 50 }, () => {
      agent.#process.assertRunning();
      const appeared = agent.#lines.filter(({ event }) => event === 'guest:appeared').length;
      return (Number.isFinite(agent.#readyMs) && appeared >= guests) || undefined;
    });
    return agent;
  }

  /** From its launch to its `ready`, the start of Node included, ms. */
  get readyMs(): number {
    return this.#readyMs;
  }

  /** How often it told each warning so far, by code. */
  warnings(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { level, code = 'without a code' } of this.#lines) {
      if (level === 'warn' || level === 'error') counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    return counts;
  }

  usage(): Promise<AgentUsage> {
    return agentUsage(this.#process.pid);
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM', 15_000);
  }

  #take(line: string): void {
    const parsed = parseLine(line);
    this.#lines.push(parsed);
    if (parsed.msg === 'ready') this.#readyMs = performance.now() - this.#launched;
  }
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
}
