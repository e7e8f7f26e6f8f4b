import { type CancelTimer, type Clock, type Port, type Station, stationKey } from '@nic-herald/core';
import type { ArrivalWatch, PortSight } from './port-sight.js';

/** So long is counted at a time, ms, and not for so long afterwards: a migration may take hours. */
const COUNT_MS = 2000;
const PAUSE_MS = 18_000;
/** What was counted for less says nothing, ms. */
const LEAST_MS = 1000;
/** A station that is sent so many frames a second is busy: the first frame to it comes at most a tenth of a second after it can. */
const BUSY_PER_SECOND = 10;
/** Most stations of one port that are counted. */
const CAPACITY = 4096;

/** A guest's port, and the stations that it has there. */
export interface CountedPort {
  readonly port: Port;
  readonly stations: readonly Station[];
}

interface Counting {
  readonly watch: ArrivalWatch;
  readonly stations: readonly Station[];
}

/** How often frames are sent to the stations of a guest, counted now and then at its ports. */
export class FrameRates {
  private counting: readonly Counting[] = [];
  private since = 0;
  private last: readonly Station[] | undefined;
  private cancelTimer: CancelTimer = () => {};

  constructor(
    private readonly ports: readonly CountedPort[],
    private readonly sight: Pick<PortSight, 'watch'>,
    private readonly clock: Clock,
  ) {
    this.begin();
  }

  /** The busy stations by what was counted last, at most 20 s ago; `undefined` where nothing was counted for a second. */
  busy(): readonly Station[] | undefined {
    const forMs = this.clock.elapsed() - this.since;
    if (this.counting.length === 0 || forMs < LEAST_MS) return this.last;
    const least = (BUSY_PER_SECOND * forMs) / 1000;
    return this.counting.flatMap(({ watch, stations }) => {
      const came = arrivalsAt(watch);
      return stations.filter((station) => (came.get(stationKey(station))?.frames ?? 0) >= least);
    });
  }

  /** Counts nothing any more. */
  close(): void {
    this.cancelTimer();
    for (const { watch } of this.counting) watch.close();
    this.counting = [];
  }

  private begin(): void {
    this.counting = this.ports.flatMap((each) => this.open(each) ?? []);
    this.since = this.clock.elapsed();
    if (this.counting.length > 0) this.cancelTimer = this.clock.setTimer(COUNT_MS, () => this.rest());
  }

  /** What the system refuses is not counted. */
  private open({ port, stations }: CountedPort): Counting | undefined {
    let watch: ArrivalWatch | undefined;
    try {
      watch = this.sight.watch(port, CAPACITY);
      watch.await(stations.slice(0, CAPACITY));
      return { watch, stations };
    } catch {
      watch?.close();
      return undefined;
    }
  }

  private rest(): void {
    this.last = this.busy();
    this.close();
    this.cancelTimer = this.clock.setTimer(PAUSE_MS, () => this.begin());
  }
}

const arrivalsAt = (watch: ArrivalWatch): ReturnType<ArrivalWatch['read']> => {
  try {
    return watch.read();
  } catch {
    return new Map(); // nothing is known of it then
  }
};
