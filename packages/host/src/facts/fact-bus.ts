import type { CancelTimer, Clock, MigrationEventBus, MigrationEvents } from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import type { FrameSchedule } from '../announce/frame-schedule.js';
import { ThickFacts } from './thick-facts.js';

/** A fact is told only where no frame is due for this long, ms: a listener may take its time. */
const QUIET_MS = 250;
/** A fact waits no longer than this, ms, however many frames are due: an evacuation lasts minutes. */
const LONGEST_WAIT_MS = 2000;
/** Most facts that wait; for one more the oldest is told at once. */
const MOST_WAITING = 10_000;
/** How long facts are told in one turn, ms: others have the event loop in between. */
const TURN_MS = 2;

interface Waiting {
  readonly since: number;
  tell(): void;
}

/**
 * The bus of a host. Facts are told one after another in the order they happened, each when the frames that are due
 * are out, and not just before others are due: no listener stands in front of an announcement. What a monitor reports of
 * one guest by the hundred is told in part, the newest, and that some was left out.
 */
export class FactBus implements MigrationEventBus {
  private readonly bus = new IsolatingEventBus();
  private readonly waiting = new Set<Waiting>();
  private readonly thick: ThickFacts<Waiting>;
  private cancelTimer: CancelTimer | undefined;
  /** When the timer is due, by `Clock.elapsed`. */
  private dueAt = 0;
  private isTelling: boolean = false;
  private isClosed: boolean = false;

  constructor(
    private readonly clock: Clock,
    private readonly schedule: Pick<FrameSchedule, 'quietMs'>,
  ) {
    this.thick = new ThickFacts(clock, (warning, guest) => this.emit('warning', { warning, guest }));
  }

  on<E extends MigrationEventName>(event: E, listener: (fact: MigrationEvents[E]) => unknown): () => void {
    return this.bus.on(event, listener);
  }

  /** Tells it later, never from within this call, unless far too many wait or the host is closed. */
  emit<E extends MigrationEventName>(event: E, fact: MigrationEvents[E]): void {
    const waiting: Waiting = {
      since: this.clock.elapsed(),
      tell: () => {
        this.thick.told(event, fact, waiting);
        this.bus.emit(event, fact);
      },
    };
    this.waiting.add(waiting);
    const surplus = this.thick.add(event, fact, waiting);
    if (surplus !== undefined) this.waiting.delete(surplus);
    if (this.isClosed) this.flush();
    else {
      if (this.waiting.size > MOST_WAITING) this.tellOldestUnlessTelling();
      this.tellLater();
    }
  }

  /** Tells all that waits: the host is closed, and no frame is due any more. */
  close(): Promise<void> {
    this.isClosed = true;
    this.thick.close();
    this.flush();
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    return Promise.resolve();
  }

  private flush(): void {
    if (this.isTelling) return; // whoever tells goes on with what came meanwhile
    // A listener that tells something whenever it hears something must not keep it here for ever.
    for (let left = this.waiting.size + MOST_WAITING; left > 0; left--) this.tellOldest();
  }

  /** A listener that tells something must not be told the next from within. */
  private tellOldestUnlessTelling(): void {
    if (!this.isTelling) this.tellOldest();
  }

  private tellOldest(): void {
    const [oldest] = this.waiting;
    if (oldest === undefined) return;
    this.waiting.delete(oldest);
    this.isTelling = true;
    oldest.tell();
    this.isTelling = false;
  }

  private tell(): void {
    this.cancelTimer = undefined;
    const until = this.clock.elapsed() + TURN_MS;
    // What listeners tell themselves comes with a later turn: they must not keep the agent in this one.
    for (let left = this.waiting.size; left > 0 && this.pauseMs === 0; left--) {
      this.tellOldest();
      if (this.clock.elapsed() >= until) break;
    }
    this.tellLater();
  }

  /** Sees to it that what waits is told as soon as may be: what was due before may have been cancelled. */
  private tellLater(): void {
    const { pauseMs } = this;
    if (pauseMs === undefined || this.isTelling) return; // whoever tells comes here when it is done
    const dueAt = this.clock.elapsed() + pauseMs;
    if (this.cancelTimer !== undefined && this.dueAt <= dueAt) return;
    this.cancelTimer?.();
    this.dueAt = dueAt;
    // A wait that is shorter than the clock's step would never be over when the timer fires, again and again.
    this.cancelTimer = this.clock.setTimer(Math.ceil(pauseMs), () => this.tell());
  }

  /** How long until the next fact may be told, ms; absent where none waits. */
  private get pauseMs(): number | undefined {
    const [next] = this.waiting;
    if (next === undefined) return undefined;
    const { quietMs } = this.schedule;
    const leftMs = LONGEST_WAIT_MS - (this.clock.elapsed() - next.since);
    return quietMs >= QUIET_MS || leftMs <= 0 ? 0 : Math.min(leftMs, quietMs + 1);
  }
}
