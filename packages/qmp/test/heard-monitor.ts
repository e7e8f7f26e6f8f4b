import type { GuestIntake, MigrationEvents } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';

type Calls = { [C in keyof GuestIntake]: Parameters<GuestIntake[C]>[0] };
/** Everything a monitor can tell: the calls of the intake, and what it may tell the bus. */
type Facts = Calls & Pick<MigrationEvents, 'warning' | 'listener:failed'>;
type Heard = { [E in keyof Facts]: { event: E; fact: Facts[E] } }[keyof Facts];

/** An intake and a bus that remember, in one order, what a monitor told, and let a test wait for it. */
export class HeardMonitor {
  readonly heard: Heard[] = [];
  readonly bus = new IsolatingEventBus();
  readonly intake: GuestIntake = {
    appeared: (fact) => this.hear('appeared', fact),
    gone: (fact) => this.hear('gone', fact),
    incoming: (fact) => this.hear('incoming', fact),
    loaded: (fact) => this.hear('loaded', fact),
    resumed: (fact) => this.hear('resumed', fact),
    stopped: (fact) => this.hear('stopped', fact),
    outgoing: (fact) => this.hear('outgoing', fact),
    left: (fact) => this.hear('left', fact),
    failed: (fact) => this.hear('failed', fact),
    reset: (fact) => this.hear('reset', fact),
    changed: (fact) => this.hear('changed', fact),
  };
  /** Called by each call of the intake, before anything else. */
  hears: () => void = () => undefined;
  private waiting: Array<() => void> = [];

  constructor() {
    for (const event of ['warning', 'listener:failed'] as const) {
      this.bus.on(event, (fact: unknown) => this.hear(event, fact));
    }
  }

  get events(): readonly (keyof Facts)[] {
    return this.heard.map(({ event }) => event);
  }

  /** Resolves with the `count`-th fact of that name. */
  async until<E extends keyof Facts>(event: E, count = 1): Promise<Facts[E]> {
    for (;;) {
      const found = this.heard.filter((one) => one.event === event)[count - 1];
      if (found) return found.fact as Facts[E];
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  private hear(event: keyof Facts, fact: unknown): void {
    if (event !== 'warning') this.hears();
    this.heard.push({ event, fact } as Heard);
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
