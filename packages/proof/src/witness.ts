import {
  type CancelTimer,
  CLOCK,
  type Clock,
  GUEST_NOTES,
  type Guest,
  type GuestNotes,
  HERALD_HOST,
  type HeraldHost,
  type HostService,
  type Resolver,
  type SnapshotHead,
} from '@nic-herald/core';
import { Departure, type HeardFrame } from './departure.js';
import type { SealedSight, SealedWatch } from './sealed-sight.js';
import { wallAhead } from './wall-ahead.js';

/** How often it is looked what came, ms. */
const LOOK_EVERY_MS = 100;
/** How often uplinks that come and go are followed, ms. */
const FOLLOW_EVERY_MS = 2000;
/** How long it is judged at a stretch what came, ms: making seals takes long, and anybody may send what has their mark. */
const JUDGE_MS = 5;
/** The hypervisor's news of a guest's CPUs comes within this, ms; a stamp that is older, or of tomorrow, is by a clock that was set. */
const TOLD_WITHIN_MS = 1000;
/** Pauses between the notes of a move, ms: what comes in one of them is told together. */
const NOTE_EVERY_MS = 300;

/**
 * The host that a guest leaves is a witness of its announcement: where that comes in at an uplink here, it crossed the network
 * to where the switches still looked for the guest. What it sees it leaves as a note for the host that has the guest. It listens
 * while a guest leaves, and for a while afterwards.
 */
export class Witness implements HostService {
  private readonly heads = new Map<string, SnapshotHead>();
  private readonly leaving = new Map<string, Departure>();
  /** When guests that stand still were stopped, by `Clock.elapsed`: a fast migration is told after its STOP. */
  private readonly still = new Map<string, number>();
  private watch: SealedWatch | undefined;
  private cancelTimer: CancelTimer = () => {};
  private stops: readonly (() => void)[] = [];
  private followedAt = Number.NEGATIVE_INFINITY;
  /** Whether it listens anywhere. */
  private listens: Promise<boolean> = Promise.resolve(false);
  private unjudged: HeardFrame[] = [];
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly host: Pick<HeraldHost, 'bus'>,
    private readonly notes: GuestNotes,
    private readonly sight: SealedSight,
    private readonly clock: Clock,
    private readonly windowMs: number,
  ) {}

  static of(resolver: Resolver, sight: SealedSight, windowMs: number): Witness {
    return new Witness(
      resolver.get(HERALD_HOST),
      resolver.get(GUEST_NOTES),
      sight,
      resolver.get(CLOCK),
      windowMs,
    );
  }

  start(): Promise<void> {
    const { bus } = this.host;
    this.stops = [
      bus.on('snapshot:published', ({ guest, head }) => this.handedOver(guest, head)),
      bus.on('migration:outgoing', ({ guest }) => this.begin(guest)),
      bus.on('guest:stopped', ({ guest, stoppedAt }) => {
        this.note(guest, stoppedAt);
        this.stopped(guest);
      }),
      bus.on('migration:completed', ({ guest, side }) => side === 'source' && this.stopped(guest)),
      bus.on('migration:failed', ({ guest, side }) => side === 'source' && this.forget(guest)),
      bus.on('guest:resumed', ({ guest }) => {
        this.still.delete(guest.instance);
        this.forget(guest);
      }),
      bus.on('guest:gone', ({ guest }) => {
        this.heads.delete(guest.instance);
        this.stopped(guest);
        this.still.delete(guest.instance);
      }),
    ];
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const stop of this.stops) stop();
    this.leaving.clear();
    this.still.clear();
    this.rest();
    return Promise.resolve();
  }

  private handedOver(guest: Guest, head: SnapshotHead): void {
    this.heads.set(guest.instance, head);
    this.leaving.get(guest.instance)?.handedOver(head);
  }

  private begin(guest: Guest): void {
    const departure = new Departure(guest, this.notes);
    const head = this.heads.get(guest.instance);
    if (head !== undefined) departure.handedOver(head);
    this.leaving.set(guest.instance, departure);
    if (this.watch !== undefined) return;
    try {
      this.watch = this.sight();
      this.wait();
    } catch {
      this.leaving.clear(); // without the privileges it is no witness, and says nothing
    }
  }

  /** Notes the hypervisor's stamp of STOP. */
  private note({ instance }: Guest, stoppedAt: number | undefined): void {
    const now = this.clock.elapsed();
    const at = (stoppedAt ?? Number.NaN) - wallAhead(this.clock);
    if (Math.abs(now - at) <= TOLD_WITHIN_MS) this.still.set(instance, Math.min(now, at));
    else this.still.delete(instance);
  }

  /** From now on its announcement may come in; the host that has it is told that this one listens. */
  private stopped(guest: Guest): void {
    const departure = this.leaving.get(guest.instance);
    if (departure === undefined || departure.until !== undefined) return;
    departure.stands(this.clock.elapsed() + this.windowMs, this.still.get(guest.instance));
    void this.listens.then((listens) => departure.tell(listens, this.clock.elapsed()));
  }

  private forget(guest: Guest): void {
    this.leaving.delete(guest.instance);
    if (this.leaving.size === 0) this.rest();
  }

  private wait(): void {
    this.look();
    if (this.watch !== undefined) this.cancelTimer = this.clock.setTimer(LOOK_EVERY_MS, () => this.wait());
  }

  private look(): void {
    const { watch } = this;
    const now = this.clock.elapsed();
    if (watch === undefined) return;
    if (now - this.followedAt >= FOLLOW_EVERY_MS) {
      this.followedAt = now;
      this.listens = watch.follow().then(
        (uplinks) => uplinks > 0,
        () => false,
      );
    }
    this.judge(watch, now);
    if (now - this.toldAt >= NOTE_EVERY_MS) this.tell(now);
    for (const [instance, { until }] of this.leaving) {
      if (until !== undefined && now >= until) this.leaving.delete(instance);
    }
    if (this.leaving.size === 0) this.rest();
  }

  /** What does not come to its turn is judged at the next look; until then the kernel keeps what comes, and no more than it has room for. */
  private judge(watch: SealedWatch, since: number): void {
    try {
      if (this.unjudged.length === 0) this.unjudged = this.take(watch);
    } catch {
      // it is asked again at the next look
    }
    for (let frame = this.unjudged.pop(); frame !== undefined; frame = this.unjudged.pop()) {
      this.hear(frame);
      if (this.clock.elapsed() - since >= JUDGE_MS) break;
    }
  }

  private take(watch: SealedWatch): HeardFrame[] {
    const taken = watch.take();
    const now = this.clock.elapsed();
    return taken.map(({ station, seal, ageMs }) => ({ station, seal, cameAt: now - ageMs }));
  }

  /** The guest whose own MAC it is first: of many that leave at once each seal is made at a price. */
  private hear(frame: HeardFrame): void {
    for (const isOwn of [true, false]) {
      for (const departure of this.leaving.values()) {
        if (departure.owns(frame.station.mac) === isOwn && departure.hear(frame)) return;
      }
    }
  }

  private tell(now: number): void {
    for (const departure of this.leaving.values()) {
      if (!departure.hasNews(now)) continue;
      this.toldAt = now;
      void departure.tell(true, now);
    }
  }

  private rest(): void {
    this.cancelTimer();
    this.watch?.close();
    this.watch = undefined;
    this.unjudged = [];
    this.listens = Promise.resolve(false);
    this.followedAt = Number.NEGATIVE_INFINITY;
  }
}
