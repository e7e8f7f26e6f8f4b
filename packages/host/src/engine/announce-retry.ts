import type { Clock, NicDescriptor, PortResolver } from '@nic-herald/core';
import type { SinkWatch } from '../announce/sink-watch.js';
import { PortWatch } from '../ports/port-watch.js';
import type { OwedAnnouncement } from './announcer.js';
import { RisingRetry } from './rising-retry.js';

/** How long after an announcement failed it is tried again, ms. */
const LONGEST_MS = 300_000;

/** The guest whose announcement is tried again. */
export interface RetryingGuest {
  readonly isRunning: () => boolean;
  /** Its NICs, as they were listed last. */
  readonly nics: () => readonly NicDescriptor[];
  /** Announces what is owed, if it still is when all lies ready; false where nothing was sent. What becomes of it is told to `ended`. */
  readonly attempt: (owed: OwedAnnouncement, isWanted: () => boolean) => Promise<boolean>;
  /** A fault that nobody foresaw. */
  readonly failed: (error: unknown) => void;
}

/**
 * Tries an announcement again that did not leave, or not all of it: at once where the sink or the port comes back, else
 * later each time, for five minutes, and only while the guest runs here. What somebody asked for is not tried again: they
 * have their answer.
 */
export class AnnounceRetry {
  private owed: OwedAnnouncement | undefined;
  private since = 0;
  private isTrying = false;
  private isClosed = false;
  private readonly retry: RisingRetry;
  private readonly portWatch: PortWatch;
  private hurry: () => void = () => {};

  constructor(
    private readonly services: {
      readonly clock: Clock;
      readonly ports?: PortResolver;
      readonly sinkWatch: Pick<SinkWatch, 'onReady'>;
    },
    private readonly guest: RetryingGuest,
  ) {
    const { clock, ports, sinkWatch } = services;
    this.retry = new RisingRetry(
      clock,
      () => void this.tryAgain(),
      (again) => {
        this.hurry = again;
        return sinkWatch.onReady(again);
      },
    );
    this.portWatch = new PortWatch(
      ports,
      clock,
      () => this.hurry(),
      (error) => guest.failed(error),
    );
  }

  /** An announcement came to its end. */
  ended(owed: OwedAnnouncement): void {
    if (owed.cause === 'manual') return;
    if (owed.nics.length === 0) {
      if (owed.id === this.owed?.id) this.giveUp();
      return;
    }
    if (this.isClosed || !this.guest.isRunning()) return;
    if (this.owed?.id !== owed.id) {
      this.since = this.services.clock.elapsed();
      this.retry.succeeded();
    }
    this.owed = owed;
    this.later(owed);
  }

  /** Sends nothing any more. */
  giveUp(): void {
    this.owed = undefined;
    this.retry.cancel();
    this.portWatch.stop();
  }

  close(): void {
    this.isClosed = true;
    this.giveUp();
    this.retry.close();
  }

  private later(owed: OwedAnnouncement): void {
    if (this.services.clock.elapsed() - this.since >= LONGEST_MS) {
      this.giveUp();
      return;
    }
    this.retry.again();
    const listed = this.guest.nics();
    this.portWatch.follow(owed.nics.map((nic) => listed.find(({ id }) => id === nic.id) ?? nic));
  }

  private async tryAgain(): Promise<void> {
    const { owed } = this;
    if (owed === undefined || this.isTrying) return;
    if (!this.guest.isRunning()) {
      this.giveUp();
      return;
    }
    this.isTrying = true;
    let wasSent = false;
    try {
      wasSent = await this.guest.attempt(owed, () => this.owed === owed);
    } catch (error) {
      this.guest.failed(error);
    } finally {
      this.isTrying = false;
    }
    if (!wasSent && this.owed === owed) this.later(owed);
  }
}
