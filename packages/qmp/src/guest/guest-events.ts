import type { Clock } from '@nic-herald/core';
import type { CommandOptions, QmpEvent } from '../transport/qmp-transport.js';
import { type EarlyEvent, eventsAfter } from './early-events.js';
import { EventOrder } from './event-order.js';
import type { GuestIntroduction } from './guest-introduction.js';
import type { GuestReports } from './guest-reports.js';
import type { GuestSource } from './guest-source.js';
import { coloExitOf, migrationStatusOf } from './migration-event.js';
import type { Ran } from './migration-progress.js';
import { SecondLook } from './second-look.js';
import type { Standing } from './standing.js';

/** Whoever the events are taken for. */
export interface GuestEventsOwner {
  /** The CPUs were told of, or a second look: `query-migrate` may have news. */
  onNews(): void;
  /** A second look went well, or failed; there will be another. */
  onLook(error?: unknown): void;
}

/** The events whose place among the replies matters. */
const PLACED = ['RESUME', 'STOP', 'MIGRATION', 'COLO_EXIT'];

/**
 * Reports the events of one guest's CPUs and migrations, each once and none that is known already. One that comes late is no
 * news but a doubt, whether others are missing: it is asked then where the guest stands.
 */
export class GuestEvents {
  private readonly runOrder = new EventOrder();
  private readonly migrationOrder = new EventOrder();
  private readonly resetOrder = new EventOrder();
  private readonly secondLook: SecondLook;
  /** It was found waiting for its migration, and has not run since: there can be no older RESUME than its next one. */
  private neverRan: boolean;
  private learned = 0;

  /** `seen`: where the guest stood when it was introduced. */
  constructor(
    private readonly reports: GuestReports,
    private readonly owner: GuestEventsOwner,
    private readonly clock: Clock,
    seen: GuestIntroduction,
    asks: { readonly source: GuestSource; readonly signal: AbortSignal },
  ) {
    this.neverRan = seen.runState === 'inmigrate';
    this.replied(seen.askedAt);
    const standing = (options: CommandOptions) => asks.source.standing(options);
    this.secondLook = new SecondLook(standing, clock, asks.signal, {
      turn: () => this.learned,
      onStanding: (standing) => this.onStanding(standing),
      onFault: (error) => owner.onLook(error),
    });
  }

  /** Grows with everything that is learned of where the guest stands. */
  get turn(): number {
    return this.learned;
  }

  /** A reply of `query-migrate` was reported. */
  polled(): void {
    this.learned += 1;
  }

  /** RESUME. It is with the intake before anything else is done. */
  resume(event: QmpEvent, at: Ran): void {
    if (this.neverRan) this.arrived(event, at);
    else {
      const place = this.runOrder.place(event.name, event.stampedAt);
      if (place === 'late') this.secondLook.begin();
      if (place !== 'next') return;
      this.reports.resumed(at);
    }
    this.learned += 1;
    this.owner.onNews();
  }

  /** The hot path: there is nothing to doubt, so its place is noted when it was reported. */
  private arrived(event: QmpEvent, at: Ran): void {
    this.neverRan = false;
    this.reports.resumed(at);
    this.runOrder.place(event.name, event.stampedAt);
  }

  /** STOP. */
  stop(event: QmpEvent): void {
    const place = this.runOrder.place(event.name, event.stampedAt);
    if (place === 'next') {
      this.learned += 1;
      this.reports.stopped(event.stampedAt);
      this.owner.onNews();
    }
    // a source stops before it has left: where that was told first, it was not known to be true
    const leftBefore = place === 'next' && this.reports.progress.hasLeft;
    if (place === 'late' || leftBefore) this.secondLook.begin();
  }

  /** MIGRATION and COLO_EXIT. */
  migration(event: QmpEvent, at: Ran): void {
    const status = migrationStatusOf(event);
    const told = status ?? coloExitOf(event);
    if (told === undefined) return;
    const place = this.migrationOrder.place(`${event.name} ${told}`, event.stampedAt);
    if (place === 'late') this.secondLook.begin();
    if (place !== 'next') return;
    this.learned += 1;
    if (status !== undefined) this.reports.migration(status, at);
    else this.reports.coloExit(told, at);
  }

  /** RESET. Whether it is news. */
  reset(event: QmpEvent): boolean {
    const isNews = this.resetOrder.place(event.name, event.stampedAt) !== 'again';
    if (isNews) this.reports.reset();
    return isNews;
  }

  /**
   * What came while the guest was asked who it is, to be passed to `take`, one after the other: it may be in the replies
   * already, or after some and before others.
   */
  early(
    early: readonly EarlyEvent[],
    { runState, migration }: GuestIntroduction,
    take: (early: EarlyEvent) => void,
  ): void {
    const replied = { running: runState === 'running', migration: migration.status };
    for (const each of eventsAfter(early, replied)) take(each);
    if (early.some(({ event }) => PLACED.includes(event.name))) this.secondLook.begin();
  }

  /** Looks no more. */
  close(): void {
    this.secondLook.stop();
  }

  private replied(askedAt: number): void {
    this.runOrder.replied(askedAt);
    this.migrationOrder.replied(askedAt);
  }

  private onStanding(standing: Standing): void {
    const now = this.clock.now();
    this.replied(standing.askedAt);
    this.learned += 1;
    this.reports.seen(standing, { resumedAt: now, readAt: now });
    this.owner.onLook();
    this.owner.onNews();
  }
}
