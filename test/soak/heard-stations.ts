import type { TapReceiver } from '../lab/tap-receiver.js';
import { heardSince } from '../staged/heard-frames.js';
import type { Arrival } from './traveller.js';

/** When each station was heard at the uplink of each host, by the kernel's stamps. */
export class HeardStations {
  readonly #times: Readonly<Record<'A' | 'B', ReadonlyMap<string, readonly number[]>>>;

  private constructor(A: ReadonlyMap<string, readonly number[]>, B: ReadonlyMap<string, readonly number[]>) {
    this.#times = { A, B };
  }

  static async of(uplinks: Readonly<Record<'A' | 'B', TapReceiver>>): Promise<HeardStations> {
    const [A, B] = await Promise.all([timesOf(uplinks.A), timesOf(uplinks.B)]);
    return new HeardStations(A, B);
  }

  /** How long after RESUME a station was heard first, ms; undefined where it was not while the guest was there. */
  after(
    { host, resumedAt, leftAt = Number.POSITIVE_INFINITY }: Arrival,
    station: string,
  ): number | undefined {
    const at = this.#times[host].get(station)?.find((time) => time >= resumedAt && time <= leftAt);
    return at === undefined ? undefined : at - resumedAt;
  }
}

async function timesOf(uplink: TapReceiver): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>();
  for (const { station, atMs } of await heardSince(uplink, 0)) {
    const known = times.get(station);
    if (known === undefined) times.set(station, [atMs]);
    else known.push(atMs);
  }
  return times;
}
