import { asHeraldError, type CancelTimer, type Clock, type HeraldError, messageOf } from '@nic-herald/core';
import type { Domain } from '@nic-herald/libvirt';
import { hasEnded } from './domain-ended.js';

/** What trouble with domains is told to. */
export interface DomainWarnings {
  /** Tells of trouble with one domain. */
  warn(warning: HeraldError, domain: Domain): void;
  /** All is well with a domain, or it is over: the next trouble with it is news. */
  well(domain: Domain): void;
}

/** A domain that could not be introduced is tried again after so long, ms, twice as long each time. */
const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;

/** Introduces a domain again and again until that succeeds, and tells why it did not. */
export class IntroductionRetry {
  private pauseMs = FIRST_PAUSE_MS;
  private cancelTimer: CancelTimer = () => undefined;
  private isOver = false;

  constructor(
    private readonly domain: Domain,
    private readonly clock: Clock,
    private readonly warnings: DomainWarnings,
  ) {}

  /** It failed: `introduce` is called after a pause, unless the domain has ended, or `stop` was called. */
  failed(error: unknown, introduce: () => void): void {
    if (this.isOver || hasEnded(error)) return;
    const { domain, clock } = this;
    const { name } = domain;
    const message = `domain ${name} could not be introduced: ${messageOf(error)}; it is tried again, please report it`;
    this.warnings.warn(asHeraldError(error, 'HERALD_MONITOR_FAULT', message, { domain: name }), domain);
    this.cancelTimer = clock.setTimer(this.pauseMs, introduce);
    this.pauseMs = Math.min(this.pauseMs * 2, MOST_PAUSE_MS);
  }

  /** It is introduced. */
  succeeded(): void {
    if (!this.isOver) this.warnings.well(this.domain);
  }

  /** Nothing is tried any more. */
  stop(): void {
    this.isOver = true;
    this.cancelTimer();
    this.warnings.well(this.domain);
  }
}
