import type { GuestIntake, MigrationEventBus, MigrationEvents } from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';
import { Signpost } from './signpost.js';

/** Something a monitor can report. */
export type IntakeCall = keyof GuestIntake;
/** What it reports with it. */
export type IntakeFact<C extends IntakeCall> = Parameters<GuestIntake[C]>[0];

/** An intake that remembers every call of it, with a bus beside it that remembers what it carried. */
export class HeardIntake implements GuestIntake {
  readonly bus: MigrationEventBus = {
    emit: (event) => void this.carried.add(event),
    on: () => () => {},
  };
  private readonly carried = new Set<MigrationEventName>();
  private readonly calls: { readonly call: IntakeCall; readonly fact: unknown }[] = [];
  private readonly told: Signpost;

  /** `limitMs` of real time is the longest that anything is waited for. */
  constructor(limitMs: number) {
    this.told = new Signpost(limitMs);
  }

  appeared(fact: IntakeFact<'appeared'>): void {
    this.hear('appeared', fact);
  }

  gone(fact: IntakeFact<'gone'>): void {
    this.hear('gone', fact);
  }

  incoming(fact: IntakeFact<'incoming'>): void {
    this.hear('incoming', fact);
  }

  loaded(fact: IntakeFact<'loaded'>): void {
    this.hear('loaded', fact);
  }

  resumed(fact: IntakeFact<'resumed'>): void {
    this.hear('resumed', fact);
  }

  stopped(fact: IntakeFact<'stopped'>): void {
    this.hear('stopped', fact);
  }

  outgoing(fact: IntakeFact<'outgoing'>): void {
    this.hear('outgoing', fact);
  }

  left(fact: IntakeFact<'left'>): void {
    this.hear('left', fact);
  }

  failed(fact: IntakeFact<'failed'>): void {
    this.hear('failed', fact);
  }

  reset(fact: IntakeFact<'reset'>): void {
    this.hear('reset', fact);
  }

  changed(fact: IntakeFact<'changed'>): void {
    this.hear('changed', fact);
  }

  /** Every call of that name so far. */
  all<C extends IntakeCall>(call: C): readonly IntakeFact<C>[] {
    return this.calls.flatMap((each) => (each.call === call ? [each.fact as IntakeFact<C>] : []));
  }

  /** The first call of that name, heard or to come; fails with `missing` where it does not come. */
  async first<C extends IntakeCall>(call: C, missing: string): Promise<IntakeFact<C>> {
    for (;;) {
      const [found] = this.all(call);
      if (found !== undefined) return found;
      await this.told.next(missing);
    }
  }

  /** The names of everything the bus carried. */
  get onTheBus(): readonly (keyof MigrationEvents)[] {
    return [...this.carried];
  }

  private hear(call: IntakeCall, fact: unknown): void {
    this.calls.push({ call, fact });
    this.told.tell();
  }
}
