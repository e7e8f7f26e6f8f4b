import type { FrameChannel } from '@nic-herald/core';

/** Frames of a NIC that the system took in a round and that did not leave. */
export interface Loss {
  readonly nic: string;
  readonly round: number;
  readonly frames: number;
}

interface RoundOfNic {
  handed: number;
  accepted: number;
  lost: number;
  /** Left by themselves: no counter of the sink knows of them. */
  departed: number;
}

interface NicDepartures {
  readonly rounds: Map<number, RoundOfNic>;
  /** The round from which on all there is of it goes out: what was added later is not in those before. */
  since: number;
  channel?: FrameChannel;
  /** What its channel had lost when it was looked at last. */
  lostBefore: number;
}

/**
 * What became of the frames of one announcement: what the system took of them, and what of that did not leave, by the
 * sinks' own counters. What was taken is noted where frames are sent; the looks come when they are out.
 */
export class Departures {
  private readonly nics = new Map<string, NicDepartures>();

  /** From now on what the channel loses counts as lost by this NIC. */
  follow(nic: string, channel: FrameChannel): void {
    const departures = this.of(nic);
    departures.channel = channel;
    departures.lostBefore = lostBy(channel) ?? 0;
  }

  /** Frames were put in once a round had begun. */
  added(nic: string, round: number): void {
    this.of(nic).since = round;
  }

  /** Frames were handed over; on the hot path. */
  handed(nic: string, round: number, frames: number, accepted: number): void {
    const count = this.roundOf(this.of(nic), round);
    count.handed += frames;
    count.accepted += accepted;
  }

  /** Frames of round 1 left by themselves; on the hot path. */
  departed(nic: string, frames: number): void {
    this.roundOf(this.of(nic), 1).departed += frames;
  }

  /** Looks at what was lost since the last look; it counts for this round. */
  look(round: number): void {
    for (const departures of this.nics.values()) {
      const { channel } = departures;
      const lost = channel && lostBy(channel);
      if (lost === undefined || lost <= departures.lostBefore) continue;
      const count = this.roundOf(departures, round);
      count.lost += Math.min(lost - departures.lostBefore, count.accepted - count.lost);
      departures.lostBefore = lost;
    }
  }

  /** Whether all frames of a NIC left together in one round at least; true too where there were none. */
  isWhole(nic: string): boolean {
    const departures = this.nics.get(nic);
    const rounds = [...(departures?.rounds ?? [])];
    if (departures === undefined || rounds.length === 0) return true;
    return rounds.some(
      ([round, { handed, accepted, lost, departed }]) =>
        round >= departures.since && handed + departed > 0 && accepted === handed && lost === 0,
    );
  }

  /** What was lost, and in which rounds. */
  get losses(): readonly Loss[] {
    return [...this.nics].flatMap(([nic, { rounds }]) =>
      [...rounds].flatMap(([round, { lost }]) => (lost === 0 ? [] : [{ nic, round, frames: lost }])),
    );
  }

  /** Frames of a round that were lost. */
  lostIn(round: number): number {
    return this.losses.reduce((sum, loss) => (loss.round === round ? sum + loss.frames : sum), 0);
  }

  /** Frames that left, in all. */
  get left(): number {
    let left = 0;
    for (const { rounds } of this.nics.values()) {
      for (const { accepted, lost, departed } of rounds.values()) left += departed + accepted - lost;
    }
    return left;
  }

  private of(nic: string): NicDepartures {
    const known = this.nics.get(nic);
    if (known !== undefined) return known;
    const made: NicDepartures = { rounds: new Map(), since: 1, lostBefore: 0 };
    this.nics.set(nic, made);
    return made;
  }

  private roundOf({ rounds }: NicDepartures, round: number): RoundOfNic {
    const known = rounds.get(round);
    if (known !== undefined) return known;
    const made = { handed: 0, accepted: 0, lost: 0, departed: 0 };
    rounds.set(round, made);
    return made;
  }
}

/** A sink is another's code: what makes no sense is not known. */
const lostBy = (channel: FrameChannel): number | undefined => {
  try {
    const lost: unknown = channel.lost?.();
    return Number.isSafeInteger(lost) && (lost as number) >= 0 ? (lost as number) : undefined;
  } catch {
    return undefined;
  }
};
