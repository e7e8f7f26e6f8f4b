import {
  CLOCK,
  type Clock,
  GUEST_NOTES,
  type Guest,
  type GuestInspection,
  type GuestNotes,
  HERALD_HOST,
  type HeraldHost,
  type HostService,
  type Resolver,
  type SnapshotHead,
  type Station,
} from '@nic-herald/core';
import { announcementSeal } from '@nic-herald/core/internal';
import { BUSY_KIND } from './busy-note.js';
import { type CountedPort, FrameRates } from './frame-rates.js';
import { leaveNote } from './leave-note.js';
import type { PortSight } from './port-sight.js';
import { MOST_PER_NOTE, sealTokens } from './seal-tokens.js';
import { stationsByKey } from './stations-by-key.js';

/** Most guests that are counted at a time: of more that leave together some get no `darkMs`. */
const MOST_GUESTS = 8;
/** Most notes of one move: a store keeps 16 of a guest, and half of them are the witness's. */
const MOST_NOTES = 4;

/** A guest that leaves; absent `rates`: they are not counted yet. */
interface Leaving {
  readonly guest: Guest;
  head?: SnapshotHead;
  rates?: FrameRates;
}

/**
 * Counts while a guest leaves how often frames are sent to its stations, and tells the host that it goes to which were busy until it stopped:
 * of those alone the first frame there says how long they were dark.
 */
export class DepartingTraffic implements HostService {
  private readonly leaving = new Map<string, Leaving>();
  private stops: readonly (() => void)[] = [];

  constructor(
    private readonly host: Pick<HeraldHost, 'bus' | 'inspect'>,
    private readonly notes: Pick<GuestNotes, 'put'>,
    private readonly sight: Pick<PortSight, 'watch'>,
    private readonly clock: Clock,
  ) {}

  static of(resolver: Resolver, sight: Pick<PortSight, 'watch'>): DepartingTraffic {
    return new DepartingTraffic(
      resolver.get(HERALD_HOST),
      resolver.get(GUEST_NOTES),
      sight,
      resolver.get(CLOCK),
    );
  }

  start(): Promise<void> {
    const { bus } = this.host;
    this.stops = [
      bus.on('migration:outgoing', ({ guest }) => this.begin(guest)),
      bus.on('snapshot:published', ({ guest, head }) => this.handedOver(guest, head)),
      bus.on('guest:stopped', ({ guest }) => this.stopped(guest)),
      bus.on('migration:completed', ({ guest, side }) => side === 'source' && this.forget(guest)),
      bus.on('migration:failed', ({ guest, side }) => side === 'source' && this.forget(guest)),
      bus.on('guest:resumed', ({ guest }) => this.forget(guest)),
      bus.on('guest:gone', ({ guest }) => this.forget(guest)),
    ];
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const stop of this.stops) stop();
    for (const { guest } of this.leaving.values()) this.forget(guest);
    return Promise.resolve();
  }

  private begin(guest: Guest): void {
    this.forget(guest);
    if (this.leaving.size < MOST_GUESTS) this.leaving.set(guest.instance, { guest });
  }

  /** What the guest has is handed over: now there is time to look at it once more, for this. */
  private handedOver(guest: Guest, head: SnapshotHead): void {
    const leaving = this.leaving.get(guest.instance);
    if (leaving === undefined) return;
    const isFirst = leaving.head === undefined;
    leaving.head = head;
    if (isFirst) void this.count(leaving);
  }

  private async count(leaving: Leaving): Promise<void> {
    const { guest } = leaving;
    const inspection = await this.host.inspect(guest).catch(() => undefined); // it may be gone
    if (inspection === undefined || this.leaving.get(guest.instance) !== leaving) return;
    leaving.rates = new FrameRates(portsOf(inspection), this.sight, this.clock);
  }

  private stopped(guest: Guest): void {
    const { head, rates } = this.leaving.get(guest.instance) ?? {};
    const busy = rates?.busy() ?? [];
    this.forget(guest);
    if (head !== undefined) this.tell(guest, head, busy);
  }

  private forget({ instance }: Guest): void {
    this.leaving.get(instance)?.rates?.close();
    this.leaving.delete(instance);
  }

  private tell(guest: Guest, head: SnapshotHead, busy: readonly Station[]): void {
    const seal = announcementSeal(head);
    if (seal === undefined) return;
    for (let from = 0; from < Math.min(busy.length, MOST_NOTES * MOST_PER_NOTE); from += MOST_PER_NOTE) {
      const seals = busy.slice(from, from + MOST_PER_NOTE).map((station) => seal.of(station));
      const body = { epoch: head.epoch, busy: sealTokens(seals) };
      void leaveNote(this.notes, guest, { kind: BUSY_KIND, body });
    }
  }
}

const portsOf = ({ nics }: GuestInspection): readonly CountedPort[] =>
  nics.flatMap(({ plan: { announcements, nic } }) =>
    nic.port === undefined ? [] : [{ port: nic.port, stations: [...stationsByKey(announcements).values()] }],
  );
