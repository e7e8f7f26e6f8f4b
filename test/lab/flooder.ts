import { join } from 'node:path';
import { LabFault } from './lab-fault.js';
import { LabProcess } from './lab-process.js';
import type { LabRig } from './lab-rig.js';
import type { HostName } from './namespaces.js';
import { runProgram } from './run-program.js';

export interface FloodOptions {
  readonly frames: number;
  readonly perSecond: number;
}

/**
 * Frames from ever new MACs that enter a host at a guest's tap, as if that guest sent them; an emulated guest
 * is far too slow for it. They come by a cable of their own and are redirected to the tap's ingress. Behind
 * whatever learns there a filter takes them away: it is not the bridge and the switch that are tried.
 */
export class Flooder {
  readonly #rig: LabRig;
  readonly #host: HostName;
  readonly #tap: string;

  private constructor(rig: LabRig, host: HostName, tap: string) {
    this.#rig = rig;
    this.#host = host;
    this.#tap = tap;
  }

  /** Lays the cable. */
  static async at(rig: LabRig, host: HostName, tap: string): Promise<Flooder> {
    const namespace = rig.network.hosts[host];
    const inside = (...command: string[]): Promise<string> =>
      runProgram('ip', ['netns', 'exec', namespace, ...command]);
    await inside('ip', 'link', 'add', 'flood0', 'type', 'veth', 'peer', 'name', 'flood1');
    // Nothing listens at its far end: a bucket.
    await inside('ip', 'link', 'add', 'bucket0', 'type', 'veth', 'peer', 'name', 'bucket1');
    for (const end of ['flood0', 'flood1', 'bucket0', 'bucket1'])
      await inside('ip', 'link', 'set', end, 'up');
    // u32 and mirred alone: other classifiers and actions are not in every kernel.
    const redirect = async (from: string, protocol: string, ...to: string[]): Promise<void> => {
      await inside('tc', 'qdisc', 'add', 'dev', from, 'clsact');
      const filter = [
        'dev',
        from,
        'ingress',
        'pref',
        '100',
        'protocol',
        protocol,
        'u32',
        'match',
        'u32',
        '0',
        '0',
      ];
      await inside('tc', 'filter', 'add', ...filter, 'action', 'mirred', ...to);
    };
    await redirect('flood1', 'all', 'ingress', 'redirect', 'dev', tap);
    await redirect(tap, '0x88b6', 'egress', 'redirect', 'dev', 'bucket0');
    return new Flooder(rig, host, tap);
  }

  /** Starts to send; what it gives resolves with the number of frames sent when all are. */
  start(options: FloodOptions): Promise<number> {
    let said = '';
    const { directory, network } = this.#rig;
    const process_ = new LabProcess({
      title: `flooder on ${this.#host}`,
      namespace: network.hosts[this.#host],
      command: [
        ...[process.execPath, '--conditions=nic-herald:source', '--import', 'tsx'],
        join(import.meta.dirname, 'flooder-main.ts'),
        ...['flood0', String(options.frames), String(options.perSecond)],
      ],
      logFile: join(directory, 'flooder.log'),
      onStdout: (text) => {
        said += text;
      },
    });
    this.#rig.owns({ stop: () => process_.stop() });
    return process_.ended.then((code) => {
      if (code !== 0) throw new LabFault(`the flooder ended with ${code}; see ${directory}`);
      return Number(said);
    });
  }

  /** How many frames came through the tap's ingress and were taken away behind the learner. */
  async arrived(): Promise<number> {
    const namespace = this.#rig.network.hosts[this.#host];
    const shown = await runProgram('tc', [
      '-n',
      namespace,
      '-s',
      'filter',
      'show',
      'dev',
      this.#tap,
      'ingress',
    ]);
    return Number(/Sent \d+ bytes (\d+) pkt/.exec(shown)?.[1] ?? 0);
  }
}
