import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ProcessIncarnation } from '@nic-herald/core';
import { processIncarnation } from '@nic-herald/linux-sys';
import { LabFault } from '../lab/lab-fault.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import type { StagedRig } from '../staged/staged-rig.js';
import type { ScriptedOrder } from './scripted-order.js';
import type { SoakAgent } from './soak-agent.js';

/** The scripted monitor of an agent, and the process that has the taps of its host open. */
export class ScriptedAgent {
  readonly taps: PlayedQemu;
  readonly holder: ProcessIncarnation;
  readonly #socket: Socket;
  readonly #answered = new Map<number, () => void>();
  #orders = 0;

  private constructor(taps: PlayedQemu, holder: ProcessIncarnation, socket: Socket) {
    this.taps = taps;
    this.holder = holder;
    this.#socket = socket;
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const { id } = JSON.parse(line) as { readonly id: number };
      this.#answered.get(id)?.();
      this.#answered.delete(id);
    });
  }

  /** Connects to the scripted monitor of an agent, and opens the taps of its host. */
  static async of(rig: StagedRig, { host, monitor }: SoakAgent, taps: number): Promise<ScriptedAgent> {
    const nics = Array.from({ length: taps }, (_, index) => ({
      ...{ id: `nic${index}`, mac: '52:54:00:50:ff:ff', tap: `tap${index}`, filter: { unicast: [] } },
    }));
    const holding = await rig.qemu(host, { name: 'taps', nics }, { sockets: [], label: 'taps' });
    const found = await processIncarnation(holding.process.pid);
    if (found === undefined) throw new LabFault(`the process that holds the taps of ${host} has ended`);
    const { startedAt: _, ...holder } = found;
    const socket = connect(monitor);
    rig.owns({ stop: async () => void socket.destroy() });
    return new ScriptedAgent(holding, holder, socket);
  }

  /** Resolves when it was obeyed. */
  tell(order: ScriptedOrder): Promise<void> {
    this.#orders += 1;
    const id = this.#orders;
    const answered = new Promise<void>((resolve) => {
      this.#answered.set(id, resolve);
    });
    this.#socket.write(`${JSON.stringify({ id, ...order })}\n`);
    return answered;
  }
}
