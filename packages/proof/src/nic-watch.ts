import { type Clock, messageOf, type Station, type StationKey, stationKey } from '@nic-herald/core';
import {
  type AccompaniedNic,
  isProved,
  type NicProof,
  type ProofSection,
  roundedMs,
  type StationEvidence,
  type StationProof,
} from '@nic-herald/core/internal';
import type { Suspect } from './likeliest-cause.js';
import { keyIn, localEvidence } from './local-evidence.js';
import type { PortPicture } from './port-picture.js';
import type { ArrivalWatch, PortSight } from './port-sight.js';
import { stationsByKey } from './stations-by-key.js';
import type { WitnessWords } from './witness-words.js';

/** Most stations of one NIC that are watched: more are announced of none. */
const CAPACITY = 4096;

/** When the first frames for a station came, by `Clock.elapsed`: the machine's clock may be set meanwhile. */
interface Came {
  readonly first: number;
  readonly running?: number;
}

/** What is known of the stations of one NIC since its guest is awaited. */
export class NicWatch {
  private arrivals: ArrivalWatch | undefined;
  /** How often something became known. */
  news = 0;
  private runs = false;
  /** Whether what came was noted, from the beginning on. */
  private isWatched = false;
  /** The system refused: it is not asked again. */
  private isDeaf = false;
  private problem: string | undefined;
  private picture: PortPicture | undefined;
  private came = new Map<StationKey, Came>();
  private stations: readonly Station[];

  constructor(
    private nic: AccompaniedNic,
    private readonly sight: PortSight,
    private readonly clock: Clock,
    private readonly witness: Pick<WitnessWords, 'of' | 'isBusy'>,
  ) {
    this.stations = stationsOf(nic);
    this.open(); // at once: where an announcement is made ready again, the one before is watched until now
  }

  get id(): string {
    return this.nic.plan.nic.id;
  }

  /** Whether it has stations. */
  get hasStations(): boolean {
    return this.stations.length > 0;
  }

  /** Whether nothing was announced for its stations: there was no way. */
  get isUnsent(): boolean {
    return this.hasStations && this.nic.announced.length === 0;
  }

  /** The guest runs. */
  guestRuns(): void {
    this.runs = true;
    this.open();
    this.attempt(() => this.arrivals?.guestRuns());
  }

  /** More is known of the NIC. */
  change(nic: AccompaniedNic): void {
    this.news += 1;
    const isElsewhere = nic.plan.nic.port?.index !== this.nic.plan.nic.port?.index;
    this.nic = nic;
    this.stations = stationsOf(nic);
    if (isElsewhere) this.follow();
    else this.attempt(() => this.arrivals?.await(this.stations));
  }

  /** Reads what came. */
  read(): void {
    const now = this.clock.elapsed();
    this.attempt(() => {
      for (const [key, { firstAgeMs, runningAgeMs }] of this.arrivals?.read() ?? []) {
        const known = this.came.get(key);
        if (known !== undefined && (known.running !== undefined || runningAgeMs === undefined)) continue;
        this.news += 1;
        const running = runningAgeMs === undefined ? {} : { running: now - runningAgeMs };
        this.came.set(key, { first: now - firstAgeMs, ...running });
      }
    });
  }

  /** Looks at the port, and where `everywhere` says so at the rest of its bridge. */
  async look(everywhere: boolean): Promise<void> {
    const { port } = this.nic.plan.nic;
    if (port === undefined) return;
    try {
      const picture = await this.sight.look(port, this.stations, everywhere);
      // Of a station that is still not at the port it is known from before where else it is.
      const { picture: before } = this;
      this.news += 1;
      this.picture =
        !everywhere && picture?.in === 'bridge' && before?.in === 'bridge'
          ? { ...picture, elsewhere: before.elsewhere }
          : picture;
    } catch (error) {
      this.problem ??= messageOf(error);
    }
  }

  /** Whether the port's bridge lacks one of the stations. */
  get isLocalOpen(): boolean {
    return this.stations.some((station) => localEvidence(station, this.picture).value !== 'yes');
  }

  /**
   * What is proved; times count from `since`, by `Clock.elapsed`, and from STOP, `stop` before it. `over`: nothing more is waited for,
   * and why.
   */
  proof(since: number, over?: { readonly reason: string }, stop?: ProofSection['stop']): NicProof {
    const { port } = this.nic.plan.nic;
    const stations = this.stations.map((station): StationProof => {
      const cameAt = this.firstSince(station, since);
      return {
        ...station,
        local: localEvidence(station, this.picture),
        witness: this.witness.of(station),
        traffic: this.traffic(cameAt, over),
        ...(cameAt !== undefined && { firstFrameMs: roundedMs(cameAt - since) }),
        ...(cameAt !== undefined &&
          stop !== undefined &&
          this.witness.isBusy(station) && { darkMs: roundedMs(stop.agoMs + cameAt - since) }),
      };
    });
    return {
      nic: this.id,
      ...(port !== undefined && { port: port.name }),
      stations,
      ...(this.problem !== undefined && { problem: this.problem.slice(0, 300) }),
    };
  }

  /** The same for a search of the cause. */
  suspect({ nic, port, stations }: NicProof): Suspect {
    const { picture } = this;
    const elsewhere = stations.find(({ local }) => local.reason === 'elsewhere');
    const at =
      elsewhere !== undefined && picture?.in === 'bridge'
        ? picture.elsewhere.get(keyIn(elsewhere, picture.vlanAware))
        : undefined;
    return {
      nic,
      ...(port !== undefined && { port }),
      ...(picture !== undefined && { picture }),
      missing: stations.filter((each) => !isProved(each)).length,
      isUnsent: this.isUnsent,
      ...(elsewhere !== undefined && at !== undefined
        ? { elsewhere: { station: stationKey(elsewhere), port: at } }
        : {}),
    };
  }

  /** Whether it waits for a frame since then to one of its stations that was sent them often; by `Clock.elapsed`. */
  awaitsBusy(since: number): boolean {
    const isAwaited = (station: Station): boolean =>
      this.firstSince(station, since) === undefined && this.witness.isBusy(station);
    return this.isWatched && this.stations.some(isAwaited);
  }

  /** Nothing is watched any more; what is known stays. */
  close(): void {
    this.arrivals?.close();
    this.arrivals = undefined;
  }

  /** Begins to note what comes; again does nothing. */
  private open(): void {
    const { port } = this.nic.plan.nic;
    if (this.arrivals !== undefined || port === undefined || this.isDeaf) return;
    this.attempt(() => {
      this.arrivals = this.sight.watch(port, CAPACITY);
      this.arrivals.await(this.stations);
      this.isWatched = true;
    });
  }

  /** Its port is another one now. */
  private follow(): void {
    this.close();
    this.came.clear();
    this.picture = undefined;
    this.isDeaf = false;
    this.isWatched = false;
    if (this.runs) this.guestRuns();
    else this.open();
  }

  private firstSince(station: Station, since: number): number | undefined {
    const came = this.came.get(stationKey(station));
    if (came === undefined) return undefined;
    return came.first >= since ? came.first : came.running;
  }

  private traffic(cameAt: number | undefined, over?: { readonly reason: string }): StationEvidence {
    if (cameAt !== undefined) return { value: 'yes' };
    if (!this.isWatched) return { value: 'cannot-tell', reason: 'unavailable' };
    return { value: 'cannot-tell', reason: over?.reason ?? 'none-yet' };
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.problem ??= messageOf(error);
      this.news += 1;
      this.isDeaf = true;
      this.isWatched = false;
      this.close();
    }
  }
}

/** Where there was no way to announce any, those that were to be. */
const stationsOf = ({ plan, announced, withdrawn }: AccompaniedNic): readonly Station[] => {
  const gone = new Set(withdrawn.map(({ station }) => stationKey(station)));
  const wanted = announced.length > 0 ? announced : plan.announcements;
  return [...stationsByKey(wanted)].flatMap(([key, station]) => (gone.has(key) ? [] : [station]));
};
