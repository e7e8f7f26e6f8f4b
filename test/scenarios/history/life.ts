import type { StationKey } from '@nic-herald/core';
import type { CardContent } from './card-content.js';
import type { MachineTraits } from './machine-traits.js';

/**
 * A machine from its boot until it is off. What it was not seen to use since then may be another's by now, and must not
 * be announced. Where no agent saw it boot nobody can know that it did: its former lives then count as well.
 */
export class Life {
  private readonly used = new Set<StationKey>();
  private former: ReadonlySet<StationKey>;
  /** What it spoke from, and when, ms by the world's clock. */
  readonly spoken = new Map<StationKey, number>();
  /** An agent has seen all of it: there was one wherever it was, all the time, and nobody in its way. */
  isWatched: boolean;
  /** Another machine of its key was on a host with it, or before or after it: they share that host's entry. */
  isCrowded = false;

  private cards: CardContent = { macs: [], vlans: [] };

  constructor(
    private readonly machine: MachineTraits,
    before: Life | undefined,
    isWatched: boolean,
  ) {
    this.former = before === undefined ? new Set() : before.all;
    this.isWatched = isWatched;
  }

  /** Its card lists this. Which MAC is used on which VLAN no card says, be they listed together or not. */
  lists({ macs, vlans }: CardContent): void {
    this.cards = { macs: [...this.cards.macs, ...macs], vlans: [...this.cards.vlans, ...vlans] };
    for (const station of this.machine.stationsOf(this.cards)) this.uses(station);
  }

  /** It uses a station. */
  uses(station: StationKey): void {
    this.used.add(station);
    this.machine.everUsed.add(station);
  }

  /** An agent wrote down that it was booted: what was before counts no more. */
  isWitnessed(): void {
    this.former = new Set();
  }

  /** What may be announced of it. */
  mayUse(station: StationKey): boolean {
    return this.used.has(station) || this.former.has(station);
  }

  /** All that it used, and its former lives as far as they count. */
  get all(): ReadonlySet<StationKey> {
    return new Set([...this.used, ...this.former]);
  }
}
