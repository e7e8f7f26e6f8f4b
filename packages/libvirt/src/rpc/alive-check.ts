import type { CancelTimer, Clock } from '@nic-herald/core';
import type { LibvirtLimits } from '../libvirt-limits.js';

/** What the check does with the connection it is for. */
export interface AliveCheckOwner {
  /** Asks the daemon whether it lives: its event loop answers, whatever its domains do. */
  ping(): void;
  /** It did not say so in time. */
  onDead(): void;
}

/**
 * Tells a daemon that hangs from one that has nothing to say. Whatever it sends shows that it lives; after `quietMs` without,
 * or when asked to, it is pinged, and has `aliveTimeoutMs` to send anything at all. libvirtd 9.0 answers a ping at once
 * that was never agreed upon, and before authentication.
 */
export class AliveCheck {
  private cancelTimer: CancelTimer = () => undefined;
  private state: 'resting' | 'asking' | 'closed' = 'closed';
  private heardAt = 0;
  private isHeard = false;

  constructor(
    private readonly clock: Clock,
    private readonly limits: LibvirtLimits,
    private readonly owner: AliveCheckOwner,
  ) {}

  start(): void {
    this.heard();
    this.rest(this.limits.quietMs);
  }

  /** Bytes came. */
  heard(): void {
    this.heardAt = this.clock.elapsed();
    this.isHeard = true;
  }

  /** Asks now, unless it is being asked. */
  now(): void {
    if (this.state === 'resting') this.ask();
  }

  close(): void {
    this.cancelTimer();
    this.state = 'closed';
  }

  private rest(pauseMs: number): void {
    this.state = 'resting';
    this.cancelTimer = this.clock.setTimer(pauseMs, () => {
      const leftMs = this.limits.quietMs - (this.clock.elapsed() - this.heardAt);
      if (leftMs > 0) this.rest(leftMs);
      else this.ask();
    });
  }

  private ask(): void {
    this.cancelTimer();
    this.state = 'asking';
    this.isHeard = false;
    this.owner.ping();
    this.cancelTimer = this.clock.setTimer(this.limits.aliveTimeoutMs, () => {
      // Where this process was held up itself, the answer may have come: what is there is read first.
      this.cancelTimer = this.clock.setTimer(0, () => {
        if (this.isHeard) this.rest(this.limits.quietMs);
        else this.owner.onDead();
      });
    });
  }
}
