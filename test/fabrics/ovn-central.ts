import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { runProgram } from '../lab/run-program.js';
import { directoriesAt, TIMEOUT_S } from './ovn-chassis.js';

/** The databases of OVN, and what makes flows of the one the plans of the other. */
export class OvnCentral {
  private readonly daemons: LabProcess[] = [];

  private constructor(private readonly directory: string) {}

  static async start(directory: string): Promise<OvnCentral> {
    await mkdir(directory, { recursive: true });
    const central = new OvnCentral(directory);
    try {
      for (const database of ['nb', 'sb'] as const) {
        const file = join(directory, `${database}.db`);
        await runProgram('ovsdb-tool', ['create', file, `/usr/share/ovn/ovn-${database}.ovsschema`]);
        const control = join(directory, `${database}.ctl`);
        central.run('ovsdb-server', file, `--remote=p${central.at(database)}`, `--unixctl=${control}`);
      }
      await central.north('init');
      await central.south('init');
      const where = [`--ovnnb-db=${central.at('nb')}`, `--ovnsb-db=${central.at('sb')}`];
      central.run('ovn-northd', ...where, `--unixctl=${join(directory, 'northd.ctl')}`);
      return central;
    } catch (error) {
      await central.stop();
      throw error;
    }
  }

  /** Where chassis find the southbound database. */
  get southbound(): string {
    return this.at('sb');
  }

  /** Runs ovn-nbctl: what is wanted. */
  north(...words: readonly string[]): Promise<string> {
    return this.ask('ovn-nbctl', 'nb', words);
  }

  /** Runs ovn-sbctl: what has become of it. */
  south(...words: readonly string[]): Promise<string> {
    return this.ask('ovn-sbctl', 'sb', words);
  }

  async stop(): Promise<void> {
    for (const daemon of this.daemons.toReversed()) await daemon.stop();
  }

  private at(database: 'nb' | 'sb'): string {
    return `unix:${join(this.directory, `${database}.sock`)}`;
  }

  private ask(program: string, database: 'nb' | 'sb', words: readonly string[]): Promise<string> {
    return runProgram(program, [`--db=${this.at(database)}`, `--timeout=${TIMEOUT_S}`, ...words]);
  }

  private run(program: string, ...words: readonly string[]): void {
    const options = {
      title: `${program} of the central`,
      command: [program, ...words],
      env: directoriesAt(this.directory),
      logFile: join(this.directory, `${program}.log`),
    };
    this.daemons.push(new LabProcess(options));
  }
}
