import type { MigrationEventName, MigrationEvents } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';

const WATCHED = [
  'guest:appeared',
  'guest:gone',
  'guest:resumed',
  'guest:stopped',
  'nic:filter-changed',
  'nic:list-changed',
  'migration:incoming',
  'migration:outgoing',
  'migration:completed',
  'migration:failed',
  'warning',
  'listener:failed',
] as const;
type Watched = (typeof WATCHED)[number];
type Heard = { [E in Watched]: { event: E; fact: MigrationEvents[E] } }[Watched];

/** A bus that remembers what a monitor told, and lets a test wait for it. */
export class HeardBus extends IsolatingEventBus {
  readonly heard: Heard[] = [];
  private waiting: Array<() => void> = [];

  constructor() {
    super();
    for (const event of WATCHED) {
      this.on(event, (fact: unknown) => {
        this.heard.push({ event, fact } as Heard);
        for (const resolve of this.waiting.splice(0)) resolve();
      });
    }
  }

  get events(): readonly MigrationEventName[] {
    return this.heard.map(({ event }) => event);
  }

  /** Resolves with the `count`-th fact of that name. */
  async until<E extends Watched>(event: E, count = 1): Promise<MigrationEvents[E]> {
    for (;;) {
      const found = this.heard.filter((one) => one.event === event)[count - 1];
      if (found) return found.fact as MigrationEvents[E];
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }
}
