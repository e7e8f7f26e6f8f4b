import type { ArmedFrames, Taken } from '@nic-herald/core';
import { type Firing, readFiring, shortfallOf, u64 } from './armed-entries.js';
import type { TriggerMaps } from './trigger-maps.js';

/**
 * Frames that are leaving are waited for this long, ms, and this much longer for each of them: to send them from here would take as
 * long. Then the rest is stopped, and that is waited for as well.
 */
const PATIENCE_MS = 0.5;
const PATIENCE_PER_FRAME_MS = 0.003;
const MOST_WAIT_MS = 2;
const STOP = u64(1n);

/** What an armed announcement needs of the trigger that holds it. */
export interface ArmedHolder {
  readonly maps: Pick<TriggerMaps, 'tokens' | 'firings' | 'stopped'>;
  /** As `Clock.now`, and `Clock.elapsed`. */
  readonly now: () => number;
  readonly elapsed: () => number;
  /** Whether the port lets nothing further now. */
  isLost(): boolean;
  /** It was taken: what it has in the kernel can go. `isSettled` is false where a frame of it may still be under way. */
  taken(isSettled: boolean): void;
}

/** One announcement in the kernel, from its arming until it is taken. */
export class ArmedAnnouncement implements ArmedFrames {
  private outcome: Taken | undefined;
  readonly key: Uint8Array;

  constructor(
    readonly number: bigint,
    readonly count: number,
    private readonly holder: ArmedHolder,
  ) {
    this.key = u64(number);
  }

  get isTaken(): boolean {
    return this.outcome !== undefined;
  }

  get isSetOff(): boolean {
    if (this.outcome !== undefined) return this.outcome.firedBy === 'kernel';
    try {
      return this.holder.maps.tokens.get(this.key) === undefined;
    } catch {
      return false; // the maps are gone: nothing can be set off any more
    }
  }

  take({ unwanted = false } = {}): Taken {
    if (this.outcome !== undefined) return this.outcome;
    try {
      this.outcome = this.holder.maps.tokens.delete(this.key) ? BY_AGENT : this.fired(unwanted);
    } catch {
      this.outcome = BY_AGENT; // the maps are gone, and with them what was armed
    }
    if (this.outcome === BY_AGENT) this.holder.taken(true);
    return this.outcome;
  }

  /** The kernel has it: waits until it has ended, or ends it. */
  private fired(unwanted: boolean): Taken {
    const { maps, now, elapsed } = this.holder;
    const patienceMs = unwanted ? 0 : PATIENCE_MS + this.count * PATIENCE_PER_FRAME_MS;
    const since = elapsed();
    let stoppedAt: number | undefined;
    let firing = this.read();
    // This process may lose its processor at any point here: what is read counts only after the kernel was told to stop.
    while (firing.doneNs === 0n) {
      if (stoppedAt === undefined && elapsed() - since >= patienceMs) {
        maps.stopped.set(this.key, STOP);
        stoppedAt = elapsed();
      }
      const isLastLook = stoppedAt !== undefined && elapsed() - stoppedAt >= MOST_WAIT_MS;
      firing = this.read();
      if (isLastLook) break; // a full backlog took the rest of it
    }
    this.holder.taken(firing.doneNs !== 0n);
    const monotonic = process.hrtime.bigint();
    const wall = now();
    const at = (ns: bigint): number => wall - Number(monotonic - ns) / 1e6;
    const firedAt = firing.firedNs === 0n ? wall : at(firing.firedNs);
    const shortfall = firing.sent === this.count ? undefined : shortfallOf(firing);
    return {
      firedBy: 'kernel',
      sent: firing.sent,
      drawn: firing.drawn,
      ...(shortfall !== undefined && { shortfall }),
      firedAt,
      lastAt: firing.doneNs === 0n ? wall : at(firing.doneNs),
      isLost: this.holder.isLost(),
    };
  }

  private read(): Firing {
    const entry = this.holder.maps.firings.get(this.key);
    return entry === undefined ? NOTHING : readFiring(entry);
  }
}

const BY_AGENT: Taken = Object.freeze({ firedBy: 'agent' });
/** Its entry is gone, so nothing of it can leave. */
const NOTHING: Firing = { firedNs: 0n, doneNs: 1n, sent: 0, drawn: 0, end: 0, cpu: 0, chunks: 0 };
