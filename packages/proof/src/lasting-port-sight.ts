import type { Port, Station, StationKey } from '@nic-herald/core';
import type { PortPicture } from './port-picture.js';
import type { Arrival, ArrivalWatch, PortSight } from './port-sight.js';

/** One watch, and how many announcements have it. */
interface Shared {
  readonly watch: ArrivalWatch;
  holders: number;
}

/**
 * An announcement that waits for its guest is made again now and then, even at the moment at which the guest comes: what was
 * watched for the one before is watched on for the next, so that nothing is missed that came in between. Where the guest is known to run, the
 * next one is another announcement, and begins at the beginning.
 */
export class LastingPortSight implements PortSight {
  /** Watches of guests that are awaited, by the numbers of their ports. */
  private readonly waiting = new Map<number, Shared>();

  constructor(private readonly sight: PortSight) {}

  watch(port: Port, capacity: number): ArrivalWatch {
    const { index } = port;
    const known = index === undefined ? undefined : this.waiting.get(index);
    const shared = known ?? { watch: this.sight.watch(port, capacity), holders: 0 };
    shared.holders += 1;
    if (index === undefined) return this.hold(shared, () => {});
    this.waiting.set(index, shared);
    return this.hold(shared, () => {
      if (this.waiting.get(index) === shared) this.waiting.delete(index);
    });
  }

  look(port: Port, stations: readonly Station[], everywhere: boolean): Promise<PortPicture | undefined> {
    return this.sight.look(port, stations, everywhere);
  }

  close(): void {
    this.sight.close();
  }

  /** `end`: no other announcement takes it over from now on. */
  private hold(shared: Shared, end: () => void): ArrivalWatch {
    const { watch } = shared;
    let isHeld = true;
    return {
      await: (stations: readonly Station[]) => watch.await(stations),
      guestRuns: () => {
        end();
        watch.guestRuns();
      },
      read: (): ReadonlyMap<StationKey, Arrival> => watch.read(),
      close: () => {
        if (!isHeld) return;
        isHeld = false;
        shared.holders -= 1;
        if (shared.holders > 0) return;
        end();
        watch.close();
      },
    };
  }
}
