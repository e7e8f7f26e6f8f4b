import { MacAddress } from '@nic-herald/wire';
import { rarpFrom } from '../conformance/rarp-from.js';
import type { PlayedGuest } from '../staged/played-guest.js';
import type { ScriptedAgent } from './scripted-agent.js';
import type { Seat } from './seat.js';

const longestWaitMs = 5000;
/** No two lives, at whatever seat, have the same process. */
let processes = 0;

/** A seat that an agent's scripted monitor reports of. */
export class ScriptedSeat implements Seat {
  readonly #agent: ScriptedAgent;
  readonly #guest: PlayedGuest;
  readonly #label: string;
  #lives = 0;

  constructor(agent: ScriptedAgent, guest: PlayedGuest, label: string) {
    this.#agent = agent;
    this.#guest = guest;
    this.#label = label;
  }

  async begins(as: 'running' | 'awaited'): Promise<void> {
    this.#lives += 1;
    processes += 1;
    const { holder } = this.#agent;
    const process = { ...holder, startTicks: holder.startTicks + processes };
    const phase = as === 'awaited' ? 'incoming' : 'running';
    const guest = { ...this.#guest, instance: this.#instance, phase, process, holder } as const;
    await this.#agent.tell({ do: 'appeared', guest });
  }

  ends(): Promise<void> {
    return this.#agent.tell({ do: 'gone', instance: this.#instance });
  }

  isAwaited(): Promise<void> {
    return this.#agent.tell({ do: 'await-listing', instance: this.#instance, limitMs: longestWaitMs });
  }

  beginsToLeave(): Promise<void> {
    return this.#agent.tell({ do: 'outgoing', instance: this.#instance });
  }

  stops(): Promise<void> {
    return this.#agent.tell({ do: 'stopped', instance: this.#instance });
  }

  left(): Promise<void> {
    return this.#agent.tell({ do: 'left', instance: this.#instance });
  }

  async arrives(): Promise<number> {
    const resumedAt = performance.timeOrigin + performance.now(); // what keeps the agent from reading it counts
    const ofQemu = this.#guest.nics.map(({ mac }) => rarpFrom(MacAddress.of(mac)));
    await Promise.all([
      this.speaks(ofQemu),
      this.#agent.tell({ do: 'resumed', instance: this.#instance, resumedAt }),
      this.#agent.tell({ do: 'loaded', instance: this.#instance }),
    ]);
    return resumedAt;
  }

  speaks(frames: readonly Uint8Array[]): Promise<void> {
    return this.#agent.taps.speaks(frames, this.#guest.nics[0]?.tap);
  }

  filterChanged(): Promise<void> {
    return this.#agent.tell({ do: 'changed', instance: this.#instance, nic: 'nic0' });
  }

  get #instance(): string {
    return `${this.#label}#${this.#lives}`;
  }
}
