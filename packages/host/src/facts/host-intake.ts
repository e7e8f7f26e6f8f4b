import {
  asHeraldError,
  type Clock,
  type Guest,
  type GuestIntake,
  guestLabel,
  type MigrationEventBus,
  type MigrationEvents,
  messageOf,
} from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';
import { guestWatchedTwice, TakenGuests } from './taken-guests.js';
import { ToldLately } from './told-lately.js';

type Fact<N extends keyof GuestIntake> = Parameters<GuestIntake[N]>[0];
type ReportedFact = Parameters<TakenGuests['note']>[1];

/**
 * The intake of a host: hands what monitors report to the engine at once, then has the bus tell of it. Until the
 * engine takes part, and after it is closed, nobody acts. Where several monitors watch one guest, that is told once, and
 * nothing of what all but the first report is handed on: neither engine nor bus sees a guest twice.
 */
export class HostIntake implements GuestIntake {
  private engine: GuestIntake | undefined;
  private readonly taking = new TakenGuests();
  private readonly told: ToldLately;

  constructor(
    private readonly bus: MigrationEventBus,
    clock: Pick<Clock, 'elapsed'>,
  ) {
    this.told = new ToldLately(clock);
  }

  /** From now on this engine acts; none where it is absent. */
  actThrough(engine: GuestIntake | undefined): void {
    this.engine = engine;
  }

  appeared(fact: Fact<'appeared'>): void {
    const { guest, phase } = fact;
    const before = this.taking.gone(guest);
    const taken = this.taking.appeared(guest, phase);
    if (taken === undefined) this.take('appeared', fact, 'guest:appeared', fact);
    else this.tellTwice(taken, guest);
    if (before !== undefined) this.succeed(before);
  }

  gone(fact: Fact<'gone'>): void {
    const { guest } = fact;
    const isDouble = this.taking.isDouble(guest);
    this.taking.gone(guest);
    if (isDouble) return;
    this.take('gone', fact, 'guest:gone', fact);
    this.succeed(guest);
  }

  incoming(fact: Fact<'incoming'>): void {
    this.report('incoming', fact, 'incoming', 'migration:incoming', fact);
  }

  loaded(fact: Fact<'loaded'>): void {
    this.report('loaded', fact, undefined, 'migration:completed', {
      guest: fact.guest,
      side: 'destination',
    });
  }

  resumed(fact: Fact<'resumed'>): void {
    this.report('resumed', fact, 'resumed', 'guest:resumed', fact);
  }

  stopped(fact: Fact<'stopped'>): void {
    this.report('stopped', fact, 'stopped', 'guest:stopped', fact);
  }

  outgoing(fact: Fact<'outgoing'>): void {
    this.report('outgoing', fact, 'outgoing', 'migration:outgoing', fact);
  }

  left(fact: Fact<'left'>): void {
    this.report('left', fact, 'left', 'migration:completed', { guest: fact.guest, side: 'source' });
  }

  failed(fact: Fact<'failed'>): void {
    this.report('failed', fact, fact.side === 'source' ? 'stayed' : 'refused', 'migration:failed', fact);
  }

  reset(fact: Fact<'reset'>): void {
    this.report('reset', fact, undefined, 'guest:reset', fact);
  }

  changed(fact: Fact<'changed'>): void {
    const { guest, nic } = fact;
    if (nic === undefined) this.report('changed', fact, undefined, 'nic:list-changed', { guest });
    else this.report('changed', fact, undefined, 'nic:filter-changed', { guest, nic });
  }

  /** Takes what is reported of a guest, unless it is one that is taken already. `is`: what it says of where that stands. */
  private report<N extends keyof GuestIntake, E extends MigrationEventName>(
    report: N,
    fact: Fact<N>,
    is: ReportedFact | undefined,
    event: E,
    told: MigrationEvents[E],
  ): void {
    const { guest } = fact;
    if (!this.taking.isDouble(guest)) this.take(report, fact, event, told);
    if (is !== undefined) this.taking.note(guest, is);
  }

  /** Another monitor may watch the guest still: it is there as that one sees it. */
  private succeed(gone: Guest): void {
    const heir = this.taking.heirOf(gone);
    if (heir === undefined) return;
    const { guest, phase, isLeaving } = heir;
    this.take('appeared', { guest, phase }, 'guest:appeared', { guest, phase });
    if (isLeaving) this.take('outgoing', { guest }, 'migration:outgoing', { guest });
  }

  private tellTwice(taken: Guest, double: Guest): void {
    const warning = guestWatchedTwice(taken, double);
    const { process, identity } = taken;
    if (this.told.isNews(JSON.stringify([process, identity]))) {
      this.bus.emit('warning', { warning, guest: taken });
    }
  }

  private take<N extends keyof GuestIntake, E extends MigrationEventName>(
    report: N,
    fact: Fact<N>,
    event: E,
    told: MigrationEvents[E],
  ): void {
    try {
      (this.engine?.[report] as ((fact: Fact<N>) => void) | undefined)?.call(this.engine, fact);
    } catch (error) {
      const { guest } = fact;
      const message = `work for ${guestLabel(guest.identity)} failed: ${messageOf(error)}`;
      this.bus.emit('warning', { warning: asHeraldError(error, 'HERALD_ENGINE_FAULT', message), guest });
    }
    this.bus.emit(event, told);
  }
}
