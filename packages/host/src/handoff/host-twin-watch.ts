import type { Clock, HeraldError } from '@nic-herald/core';
import type { HandoffStores } from './handoff-stores.js';
import { HostTwin, type OwnAgent } from './host-twin.js';

/** How often the entries of this host are looked at while guests are, ms. */
const LOOK_EVERY_MS = 1000;
/** Each entry is looked at for itself: of a host with hundreds they are looked at less often, ms for each, up to so many ms. */
const FOR_EACH_ENTRY_MS = 50;
const MOST_MS = 10_000;

/** Looks now and then whether another agent writes under this host's name; each store has a past of its own. */
export class HostTwinWatch {
  private readonly twins = new Map<string, HostTwin>();
  private readonly stop = new AbortController();
  /** By `Clock.elapsed`. */
  private readonly startedAt: number;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private pauseMs = LOOK_EVERY_MS;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly own: OwnAgent,
    private readonly handoff: HandoffStores,
    private readonly clock: Clock,
    private readonly tell: (warning: HeraldError) => void,
  ) {
    this.startedAt = clock.elapsed();
  }

  /**
   * Looks where it did not for a while; resolves when it has. Before an entry is written again: of two agents that write
   * one entry in turn each then sees what the other wrote. What fails is tried the next time.
   */
  look(): Promise<void> {
    const now = this.clock.elapsed();
    if (!this.handoff.isEmpty && now - this.lookedAt >= this.pauseMs) {
      this.lookedAt = now;
      this.looking = this.ask().catch(() => {}); // who reads or writes there for a guest tells what is wrong
    }
    return this.looking;
  }

  /** Gives up a look that is under way. */
  close(): void {
    this.stop.abort();
  }

  private async ask(): Promise<void> {
    const { clock, own, startedAt, stop } = this;
    let entries = 0;
    for (const { store, heads } of await this.handoff.ofHost(own.host, stop.signal)) {
      entries += heads.length;
      const twin = this.twins.get(store) ?? new HostTwin(own, clock, startedAt);
      this.twins.set(store, twin);
      const warning = twin.look(heads);
      if (warning !== undefined) this.tell(warning);
    }
    this.pauseMs = Math.min(Math.max(LOOK_EVERY_MS, entries * FOR_EACH_ENTRY_MS), MOST_MS);
  }
}
