import type { PlayedSpec } from '../staged/played/played-spec.js';
import type { PlayedGuest } from '../staged/played-guest.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import type { StagedRig } from '../staged/staged-rig.js';
import type { Place } from './place.js';
import type { Seat } from './seat.js';

/** A seat in a played QEMU, a process of its own, that an agent watches over QMP. */
export class PlayedSeat implements Seat {
  readonly #qemu: PlayedQemu;
  readonly #rig: StagedRig;
  readonly #host: Place;
  readonly #guest: PlayedGuest;
  readonly #label: string;
  #lives = 0;

  private constructor(qemu: PlayedQemu, rig: StagedRig, host: Place, guest: PlayedGuest, label: string) {
    this.#qemu = qemu;
    this.#rig = rig;
    this.#host = host;
    this.#guest = guest;
    this.#label = label;
  }

  static async start(rig: StagedRig, host: Place, guest: PlayedGuest, label: string): Promise<PlayedSeat> {
    const options = { incoming: true, sockets: [], runState: 'postmigrate', label };
    return new PlayedSeat(await rig.qemu(host, guest, options), rig, host, guest, label);
  }

  async begins(as: 'running' | 'awaited'): Promise<void> {
    this.#lives += 1;
    await this.#qemu.becomes(this.#spec(as === 'awaited' ? 'inmigrate' : 'running'));
  }

  async ends(): Promise<void> {
    await this.#qemu.becomes(this.#spec('postmigrate'));
  }

  isAwaited(): Promise<void> {
    return this.#qemu.isAwaited();
  }

  beginsToLeave(): Promise<void> {
    return this.#qemu.beginsToLeave();
  }

  stops(): Promise<void> {
    return this.#qemu.stops();
  }

  left(): Promise<void> {
    return this.#qemu.left();
  }

  arrives(): Promise<number> {
    return this.#qemu.arrives();
  }

  speaks(frames: readonly Uint8Array[]): Promise<void> {
    return this.#qemu.speaks(frames);
  }

  filterChanged(): Promise<void> {
    return this.#qemu.filterChanged();
  }

  /** One that has sent its guest away is gone. */
  #spec(runState: string): PlayedSpec {
    const socket = this.#rig.socket(this.#host, `${this.#label}-life${this.#lives}`);
    return {
      ...this.#guest,
      ...{ incoming: true, runState, migration: {}, events: true },
      sockets: runState === 'postmigrate' ? [] : [socket],
    };
  }
}
