import {
  type Clock,
  type Guest,
  type GuestKey,
  guestKeyOf,
  type HandoffStore,
  type SnapshotHead,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { withDeadline } from '../announce/deadline.js';
import { mayBeOf } from '../knowledge/same-machine.js';

/** How long the hand-off may take to answer, ms. */
export const HANDOFF_DEADLINE_MS = 5000;

/** A guest of this host; one without a key is in no hand-off. */
interface LocalGuest {
  readonly key: GuestKey | undefined;
  readonly primaryMacs: readonly MacAddress[];
}

/**
 * Who owns which primary MAC, by every snapshot in the hand-off and by the guests of this host: the victim of
 * a guest that takes a neighbour's address may run on any host.
 */
export class OtherGuests {
  private heads: readonly SnapshotHead[] = [];
  /** The reading that is under way, or was the last; it never rejects. */
  private reading: Promise<void> = Promise.resolve();
  private readonly stop = new AbortController();
  /** The reading that comes next. */
  private next: Promise<void> | undefined;
  /** By `Clock.elapsed`. */
  private readAt = Number.NEGATIVE_INFINITY;
  /** By the hypervisor's process. */
  private readonly local = new Map<string, LocalGuest>();

  constructor(
    private readonly handoff: HandoffStore | undefined,
    private readonly clock: Clock,
    /** Sees all heads each time they were read. */
    private readonly onRead: (heads: readonly SnapshotHead[]) => void = () => {},
  ) {}

  /**
   * Reads the heads anew. Rejects where the hand-off cannot be read; the last heads then stay. Whoever asks while they
   * are being read waits for the next reading, together with all others who do: a fleet's heads take a while.
   */
  async refresh(signal?: AbortSignal): Promise<void> {
    const { handoff } = this;
    if (handoff === undefined) return;
    this.next ??= this.reading.then(() => {
      this.next = undefined;
      const read = this.read(handoff);
      this.reading = read.catch(() => {}); // those who asked are told
      return read;
    });
    const { next } = this;
    next.catch(() => {}); // whoever asked may have given up before it began
    await withDeadline(this.clock, 2 * HANDOFF_DEADLINE_MS, 'listing the hand-off', () => next, signal);
  }

  /** Reads the heads anew in the background where they are older than this, ms. What fails is tried the next time. */
  refreshIfOlder(ageMs: number, signal?: AbortSignal): void {
    if (this.clock.elapsed() - this.readAt < ageMs) return;
    this.readAt = this.clock.elapsed(); // also where it fails: no storm of tries
    this.refresh(signal).catch(() => {}); // whoever needs them at once reads them himself, and is told
  }

  private async read(handoff: HandoffStore): Promise<void> {
    this.heads = await withDeadline(
      this.clock,
      HANDOFF_DEADLINE_MS,
      'listing the hand-off',
      (signal) => handoff.list({ signal }),
      this.stop.signal,
    );
    this.readAt = this.clock.elapsed();
    this.onRead(this.heads);
  }

  /** A guest is on this host, with these primary MACs. */
  present({ instance, identity }: Guest, primaryMacs: readonly MacAddress[]): void {
    this.local.set(instance, { key: guestKeyOf(identity), primaryMacs });
  }

  /** A guest is no longer on this host. */
  gone({ instance }: Guest): void {
    this.local.delete(instance);
  }

  /** Gives up what is being read. */
  close(): void {
    this.stop.abort();
  }

  /**
   * Primary MACs of every machine but this one, whose own are given: a copy of a guest has its key, and is another
   * machine all the same.
   */
  ownedByOthers({ instance, identity }: Guest, primaryMacs: readonly MacAddress[]): ReadonlySet<MacAddress> {
    const own = guestKeyOf(identity);
    const isOther = (key: GuestKey | undefined, macs: readonly MacAddress[]): boolean =>
      key === undefined || key !== own || !mayBeOf(macs, primaryMacs);
    const local = [...this.local].filter(
      ([each, { key, primaryMacs: macs }]) => each !== instance && isOther(key, macs),
    );
    const heads = this.heads.filter(({ guest, primaryMacs: macs }) => isOther(guest, macs));
    return new Set([...heads, ...local.map(([, guest]) => guest)].flatMap(({ primaryMacs: macs }) => macs));
  }
}
