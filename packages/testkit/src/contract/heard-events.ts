import type { MigrationEventBus, MigrationEventName, MigrationEvents } from '@nic-herald/core';
import { Signpost } from './signpost.js';

/** A bus that remembers every fact it carried. */
export class HeardEvents implements MigrationEventBus {
  private readonly facts: { readonly event: MigrationEventName; readonly fact: unknown }[] = [];
  private readonly listeners = new Map<MigrationEventName, Set<(fact: never) => unknown>>();
  private readonly told: Signpost;

  /** `limitMs` of real time is the longest that anything is waited for. */
  constructor(limitMs: number) {
    this.told = new Signpost(limitMs);
  }

  emit<E extends MigrationEventName>(event: E, fact: MigrationEvents[E]): void {
    this.facts.push({ event, fact });
    for (const listener of this.listeners.get(event) ?? [])
      (listener as (fact: MigrationEvents[E]) => unknown)(fact);
    this.told.tell();
  }

  on<E extends MigrationEventName>(event: E, listener: (fact: MigrationEvents[E]) => unknown): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  /** Every fact of one name so far. */
  all<E extends MigrationEventName>(event: E): readonly MigrationEvents[E][] {
    return this.facts.flatMap((each) => (each.event === event ? [each.fact as MigrationEvents[E]] : []));
  }

  /** The first fact of that name, heard or to come; fails with `missing` where it does not come. */
  async first<E extends MigrationEventName>(event: E, missing: string): Promise<MigrationEvents[E]> {
    for (;;) {
      const [found] = this.all(event);
      if (found !== undefined) return found;
      await this.told.next(missing);
    }
  }
}
