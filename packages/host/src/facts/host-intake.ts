import {
  asHeraldError,
  type GuestIntake,
  guestLabel,
  type MigrationEventBus,
  type MigrationEvents,
  messageOf,
} from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';

type Fact<N extends keyof GuestIntake> = Parameters<GuestIntake[N]>[0];

/**
 * The intake of a host: hands what monitors report to the engine at once, then has the bus tell of it. Until the
 * engine takes part, and after it is closed, nobody acts.
 */
export class HostIntake implements GuestIntake {
  private engine: GuestIntake | undefined;

  constructor(private readonly bus: MigrationEventBus) {}

  /** From now on this engine acts; none where it is absent. */
  actThrough(engine: GuestIntake | undefined): void {
    this.engine = engine;
  }

  appeared(fact: Fact<'appeared'>): void {
    this.take('appeared', fact, 'guest:appeared', fact);
  }

  gone(fact: Fact<'gone'>): void {
    this.take('gone', fact, 'guest:gone', fact);
  }

  incoming(fact: Fact<'incoming'>): void {
    this.take('incoming', fact, 'migration:incoming', fact);
  }

  loaded(fact: Fact<'loaded'>): void {
    this.take('loaded', fact, 'migration:completed', { guest: fact.guest, side: 'destination' });
  }

  resumed(fact: Fact<'resumed'>): void {
    this.take('resumed', fact, 'guest:resumed', fact);
  }

  stopped(fact: Fact<'stopped'>): void {
    this.take('stopped', fact, 'guest:stopped', fact);
  }

  outgoing(fact: Fact<'outgoing'>): void {
    this.take('outgoing', fact, 'migration:outgoing', fact);
  }

  left(fact: Fact<'left'>): void {
    this.take('left', fact, 'migration:completed', { guest: fact.guest, side: 'source' });
  }

  failed(fact: Fact<'failed'>): void {
    this.take('failed', fact, 'migration:failed', fact);
  }

  reset(fact: Fact<'reset'>): void {
    this.take('reset', fact, 'guest:reset', fact);
  }

  changed(fact: Fact<'changed'>): void {
    const { guest, nic } = fact;
    if (nic === undefined) this.take('changed', fact, 'nic:list-changed', { guest });
    else this.take('changed', fact, 'nic:filter-changed', { guest, nic });
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
