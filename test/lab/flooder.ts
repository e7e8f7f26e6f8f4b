import { join } from 'node:path';
import { LabFault } from './lab-fault.js';
import { LabProcess } from './lab-process.js';
import type { LabRig } from './lab-rig.js';
import type { HostName } from './namespaces.js';
import { nodeCommand } from './node-command.js';
import { cableEnd, TapCable } from './tap-cable.js';

export interface FloodOptions {
  readonly frames: number;
  readonly perSecond: number;
}

/** "Local experimental ethertype 2" of IEEE 802: what the flood is made of. */
export const floodEtherType = 0x88b6;

/**
 * Frames from ever new MACs that enter a host at a guest's tap, as if that guest sent them. Behind whatever learns
 * there they are taken away: it is not the bridge and the switch that are tried.
 */
export class Flooder {
  readonly #rig: LabRig;
  readonly #cable: TapCable;

  private constructor(rig: LabRig, cable: TapCable) {
    this.#rig = rig;
    this.#cable = cable;
  }

  /** Lays the cable. */
  static async at(rig: LabRig, host: HostName, tap: string): Promise<Flooder> {
    const cable = await TapCable.at(rig, host, tap);
    await cable.takeAway(floodEtherType);
    return new Flooder(rig, cable);
  }

  /** Starts to send; what it gives resolves with the number of frames sent when all are. */
  start(options: FloodOptions): Promise<number> {
    let said = '';
    const { directory } = this.#rig;
    const process_ = new LabProcess({
      title: `flooder in ${this.#cable.namespace}`,
      namespace: this.#cable.namespace,
      command: nodeCommand('flooder-main.ts', cableEnd, String(options.frames), String(options.perSecond)),
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
  arrived(): Promise<number> {
    return this.#cable.takenAway();
  }
}
