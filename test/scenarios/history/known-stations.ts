import type { StationKey } from '@nic-herald/core';

/** A station that was seen, and from when on it is surely written down. */
export interface KnownStation {
  readonly spokenAt: number;
  readonly sureAt: number;
}

/** A port is read every 10 s, and what it says is written a moment later; ms. */
const READ_WITHIN_MS = 12_000;
/** How long an agent may take to write down what it reads at once, ms. */
const WRITTEN_WITHIN_MS = 1000;

/** What agents must know of the stations that a guest spoke from in one process. A lower bound: they may know more. */
export class KnownStations {
  private stations = new Map<StationKey, KnownStation>();

  /** An agent saw it speak. */
  seen(station: StationKey, spokenAt: number): void {
    this.stations.set(station, { spokenAt, sureAt: spokenAt + READ_WITHIN_MS });
  }

  /** An agent announced it here: it came from where the guest was before. */
  inherited(station: StationKey, spokenAt: number, now: number): void {
    const known = this.stations.get(station);
    if (known === undefined) this.stations.set(station, { spokenAt, sureAt: now + WRITTEN_WITHIN_MS });
  }

  /** The agent reads all ports now: the guest stops, or is about to leave. */
  flushed(now: number): void {
    for (const [station, { spokenAt, sureAt }] of this.stations) {
      this.stations.set(station, { spokenAt, sureAt: Math.min(sureAt, now + WRITTEN_WITHIN_MS) });
    }
  }

  /** What is not written down by now may be lost: gives it. */
  loseUnwritten(now: number): readonly StationKey[] {
    const lost = [...this.stations].flatMap(([station, { sureAt }]) => (sureAt > now ? [station] : []));
    for (const station of lost) this.stations.delete(station);
    return lost;
  }

  /** What was written down is gone, and will be written anew by the agent that still knows it. */
  unwritten(now: number): void {
    for (const [station, { spokenAt }] of this.stations) {
      this.stations.set(station, { spokenAt, sureAt: now + WRITTEN_WITHIN_MS });
    }
  }

  /** Nothing is sure any more: another machine wrote over it. */
  forget(): void {
    this.stations.clear();
  }

  entries(): readonly (readonly [StationKey, KnownStation])[] {
    return [...this.stations];
  }
}
