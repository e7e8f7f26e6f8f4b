import type {
  AnnounceRequest,
  GuestNotes,
  MigrationReport,
  Port,
  Station,
  StationKey,
} from '@nic-herald/core';
import { stationKey, stationOf } from '@nic-herald/core';
import type { AccompaniedNic, ProofSection } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { GuestProof } from '../src/guest-proof.js';
import type { PortPicture } from '../src/port-picture.js';
import type { Arrival, ArrivalWatch, PortSight } from '../src/port-sight.js';

export const FIRST = stationOf(MacAddress.of('52:54:00:00:00:01'));
export const SECOND = stationOf(MacAddress.of('52:54:00:00:00:02'));
export const WINDOW_MS = 60_000;

/** A port at which a test says what comes. */
export class PlayedPort implements PortSight, ArrivalWatch {
  readonly awaited: Station[] = [];
  /** The numbers of the ports that were watched. */
  readonly watched: number[] = [];
  isWatched = false;
  runs = false;
  looks = 0;
  looksEverywhere = 0;
  /** What the system says to whom it watches and reads. */
  refusal: Error | undefined;
  picture: PortPicture | undefined = {
    in: 'bridge',
    forwards: true,
    learns: true,
    vlanAware: true,
    here: new Set([FIRST, SECOND].map(stationKey)),
    elsewhere: new Map(),
    uplinks: [],
  };
  private readonly came = new Map<StationKey, { first: number; frames: number; running?: number }>();

  constructor(private readonly clock: FakeClock) {}

  arrives(station: Station): void {
    const now = this.clock.elapsed();
    const known = this.came.get(stationKey(station)) ?? { first: now, frames: 0 };
    if (known.running === undefined) known.frames += 1;
    if (this.runs) known.running ??= now;
    this.came.set(stationKey(station), known);
  }

  /** Of what came so far a new watch has not heard. */
  forget(): void {
    this.came.clear();
  }

  watch({ index = 0 }: Port): ArrivalWatch {
    this.watched.push(index);
    if (this.refusal !== undefined) throw this.refusal;
    this.isWatched = true;
    return this;
  }

  await(stations: readonly Station[]): void {
    this.awaited.push(...stations);
  }

  guestRuns(): void {
    this.runs = true;
  }

  read(): ReadonlyMap<StationKey, Arrival> {
    if (this.refusal !== undefined) throw this.refusal;
    const now = this.clock.elapsed();
    return new Map(
      [...this.came].map(([key, { first, frames, running }]) => [
        key,
        { frames, firstAgeMs: now - first, ...(running !== undefined && { runningAgeMs: now - running }) },
      ]),
    );
  }

  look(_: Port, __: readonly Station[], everywhere: boolean): Promise<PortPicture | undefined> {
    this.looks += 1;
    if (everywhere) this.looksEverywhere += 1;
    const { picture } = this;
    return Promise.resolve(
      picture?.in === 'bridge' && !everywhere ? { ...picture, elsewhere: new Map() } : picture,
    );
  }

  close(): void {
    this.isWatched = false;
  }
}

export const NO_HOST = { announce: () => Promise.reject(new Error('nothing runs here')) };
export const NO_NOTES: GuestNotes = {
  put: () => Promise.resolve(false),
  read: () => Promise.resolve(undefined),
  watch: () => () => {},
};

export const nicOf = (...stations: readonly Station[]): AccompaniedNic => {
  const announcements = stations.map((station) => ({ kind: 'rarp', station, evidence: 'learned' }));
  return {
    plan: { nic: { id: 'nic0', port: { kind: 'tap', name: 'tap0', index: 1 } }, announcements },
    announced: announcements,
    withdrawn: [],
  } as unknown as AccompaniedNic;
};

/** A second NIC, which has no port here. */
export const portlessNicOf = (...stations: readonly Station[]): AccompaniedNic => {
  const { plan, ...nic } = nicOf(...stations);
  const { port: _, ...portless } = plan.nic;
  return { ...nic, plan: { ...plan, nic: { ...portless, id: 'nic1' } }, announced: [] };
};

export const begin = (...stations: readonly Station[]) => beginAs({}, ...stations);

export const beginAs = (more: object, ...stations: readonly Station[]) =>
  beginWith(NO_NOTES, more, ...stations);

export const beginWith = (notes: GuestNotes, more: object, ...stations: readonly Station[]) => {
  const clock = new FakeClock();
  const port = new PlayedPort(clock);
  const reported: ProofSection[] = [];
  const asked: (AnnounceRequest | undefined)[] = [];
  const guest = new GuestProof(
    {
      cause: 'migration',
      mode: 'announce',
      ...more,
      nics: [nicOf(...stations)],
      report: (section: unknown) => reported.push(section as ProofSection),
    } as never,
    port,
    clock,
    WINDOW_MS,
    notes,
    {
      announce: (_guest, request) =>
        Promise.reject(Object.assign(new Error('not here'), { asked: asked.push(request) })),
    },
  );
  const over = (more: Partial<MigrationReport> = {}) =>
    guest.over({ outcome: 'announced', resumedAt: 1_700_000_000_010, ...more } as MigrationReport);
  return { asked, clock, guest, over, port, reported };
};
