import type { Clock, HeraldError } from '@nic-herald/core';
import type { HandoffStores } from './handoff-stores.js';
import { HostTwin, type OwnAgent } from './host-twin.js';

/** How often the entries of this host are looked at while guests are, ms. */
const LOOK_EVERY_MS = 5000;

/** Looks now and then whether another agent writes under this host's name; each store has a past of its own. */
export class HostTwinWatch {
  private readonly twins = new Map<string, HostTwin>();
  private readonly stop = new AbortController();
  /** By `Clock.elapsed`. */
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly own: OwnAgent,
    private readonly handoff: HandoffStores,
    private readonly clock: Clock,
    private readonly tell: (warning: HeraldError) => void,
  ) {}

  /** Looks in the background where it did not for a while. What fails is tried the next time. */
  look(): void {
    const now = this.clock.elapsed();
    if (this.handoff.isEmpty || now - this.lookedAt < LOOK_EVERY_MS) return;
    this.lookedAt = now;
    this.ask().catch(() => {}); // who reads or writes there for a guest tells what is wrong
  }

  /** Gives up a look that is under way. */
  close(): void {
    this.stop.abort();
  }

  private async ask(): Promise<void> {
    const { clock, own, stop } = this;
    for (const { store, heads } of await this.handoff.ofHost(own.host, stop.signal)) {
      const twin = this.twins.get(store) ?? new HostTwin(own, clock);
      this.twins.set(store, twin);
      const warning = twin.look(heads);
      if (warning !== undefined) this.tell(warning);
    }
  }
}
