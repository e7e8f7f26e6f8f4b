import {
  type ArmedFrames,
  type ArmRefusal,
  type ArmRequest,
  type CancelTimer,
  type Clock,
  type FrameBatch,
  messageOf,
} from '@nic-herald/core';
import {
  BatchScheduling,
  clearDeadIngress,
  enterIngress,
  findLink,
  type IngressPlace,
  lockHolderText,
  NetlinkSocket,
} from '@nic-herald/linux-sys';
import { ArmedAnnouncement } from './armed-announcement.js';
import {
  firingEntry,
  frameEntries,
  frameKeys,
  leaseEntry,
  refusalOf,
  tokenEntry,
  u32,
  u64,
} from './armed-entries.js';
import { HOLD_BEFORE_OTHERS_US, makingTimeNs } from './holding-time.js';
import { loadTrigger, type TriggerMaps } from './trigger-maps.js';
import { buildTriggerStation, type TriggerEnds, type TriggerMeans } from './trigger-station.js';

/** What is armed is good for so long without this process, ms, and made good so often. */
const LEASE_MS = 5000;
const RENEW_MS = 1000;
/** How often armed ports are looked at, ms: another guest may open a tap that this one closed. */
const LOOK_MS = 200;
/** What was taken is cleared away so much later, ms: the caller has frames to send first. */
const CLEAR_MS = 50;
/** The same where a frame of it may still be under way. */
const CLEAR_UNSETTLED_MS = 1000;

/** For tests, and for measuring. */
export interface KernelTriggerOptions {
  /** False does without tcx where the kernel has it. */
  readonly tcx?: boolean;
  /** So long a hypervisor is held at most where another CPU goes on, us. */
  readonly mostHoldUs?: number;
}

/** One port at which something is armed. */
interface ArmedPort {
  readonly place: IngressPlace;
  readonly carrierLosses: number | undefined;
  current: ArmedAnnouncement;
}

/** A port as the trigger needs it. */
export interface TriggerPort {
  readonly index: number;
  /** Whether it lets nothing further now. */
  isLost(): boolean;
}

/**
 * Lets announcements leave in the kernel when QEMU announces a guest: programs, maps, and what is armed. It lives as long as the
 * sink; a lease ends what it armed where it dies.
 */
export class KernelTrigger {
  private readonly netlink = new NetlinkSocket();
  private readonly ports = new Map<number, ArmedPort>();
  /** While something is armed: QEMU wakes this process with RESUME just before it sends the frame that sets it off. */
  private readonly scheduling = new BatchScheduling();
  /** What is to be cleared away, and not yet was. */
  private readonly leftovers = new Set<() => void>();
  private lastNumber = 0n;
  private renewedAt = Number.NEGATIVE_INFINITY;
  private built: { readonly ends: TriggerEnds; readonly means: TriggerMeans } | undefined;
  private timer: CancelTimer = () => {};
  private isClosed = false;

  private constructor(
    readonly maps: TriggerMaps,
    private readonly ends: () => TriggerEnds,
    private readonly clock: Pick<Clock, 'now' | 'elapsed' | 'setTimer'>,
    private readonly options: KernelTriggerOptions,
  ) {}

  /**
   * `ends` gives the injector's interfaces as they are now: they change where it is repaired. Throws SystemCallError, and TypeError as
   * `buildTriggerStation`.
   */
  static open(
    ends: () => TriggerEnds,
    clock: Pick<Clock, 'now' | 'elapsed' | 'setTimer'>,
    options: KernelTriggerOptions = {},
  ): KernelTrigger {
    const trigger = new KernelTrigger(loadTrigger(), ends, clock, options);
    try {
      clearDeadIngress(trigger.netlink);
      trigger.build();
      return trigger;
    } catch (error) {
      trigger.close();
      throw error;
    }
  }

  /** How it can send. */
  get means(): TriggerMeans {
    return this.built?.means ?? { alone: 'nothing is built' };
  }

  /** Ports at which something is armed. */
  get armedPorts(): number {
    return this.ports.size;
  }

  /** See `PreparedBatch.arm`. */
  arm(port: TriggerPort, batch: FrameBatch, request: ArmRequest): ArmedFrames | ArmRefusal {
    if (this.isClosed) return { code: 'HERALD_TRIGGER_REFUSED', refusal: 'the sink is closed' };
    const refusal = refusalOf(batch, request);
    if (refusal !== undefined) return refusal;
    const { instead } = request;
    const known = this.ports.get(port.index);
    if (known !== undefined && known.current !== instead && !known.current.isTaken)
      return { code: 'HERALD_TRIGGER_REFUSED', refusal: 'something else is armed at this port' };
    try {
      return this.armed(port, batch, request);
    } catch (error) {
      return { code: 'HERALD_TRIGGER_UNAVAILABLE', refusal: messageOf(error) };
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.timer();
    for (const { current } of [...this.ports.values()]) current.take();
    for (const clear of [...this.leftovers]) clear();
    this.maps.close();
    this.netlink.close();
  }

  private armed(port: TriggerPort, batch: FrameBatch, request: ArmRequest): ArmedFrames | ArmRefusal {
    const { maps } = this;
    const { count, ungranted, instead } = request;
    this.build();
    const carrierLosses = findLink(this.netlink, { index: port.index })?.carrierLosses;
    const number = ++this.lastNumber;
    const announcement = new ArmedAnnouncement(number, count, {
      maps,
      now: () => this.clock.now(),
      elapsed: () => this.clock.elapsed(),
      isLost: () => port.isLost(),
      taken: (isSettled) => this.clearLater(port.index, announcement, isSettled),
    });
    const place = this.ports.get(port.index)?.place ?? this.enter(port.index);
    if ('code' in place) return place;
    try {
      const entries = frameEntries(batch, number, count);
      maps.frames.setAll(entries.keys, entries.values);
      const holdNs = makingTimeNs(this.holdUs(request));
      maps.firings.set(announcement.key, firingEntry({ ifindex: port.index, count, ungranted, holdNs }));
      this.renew();
      // From here on it must be quick: nothing is armed between these.
      const before = instead?.take();
      if (before?.firedBy === 'kernel') {
        this.forget(announcement);
        return { code: 'HERALD_TRIGGER_REFUSED', refusal: 'what was armed has been set off' };
      }
      maps.armed.set(u32(port.index), u64(number));
      maps.tokens.set(announcement.key, tokenEntry(request.trigger));
    } catch (error) {
      this.forget(announcement);
      if (!this.ports.has(port.index)) place.close();
      throw error;
    }
    this.ports.set(port.index, { place, carrierLosses, current: announcement });
    this.scheduling.begin();
    this.lookIn();
    return announcement;
  }

  private holdUs({ holdUs }: ArmRequest): number {
    const { mostHoldUs = HOLD_BEFORE_OTHERS_US } = this.options;
    return this.means.alone === undefined ? Math.min(holdUs, mostHoldUs) : holdUs;
  }

  private enter(index: number): IngressPlace | ArmRefusal {
    const shared = { number: this.maps.trigger.number, close: () => {} };
    const place = enterIngress(index, 'trigger', () => shared, this.options);
    if (!('heldBy' in place)) return place;
    const { heldBy } = place;
    return {
      code: 'HERALD_TRIGGER_REFUSED',
      refusal: `${lockHolderText(heldBy)} has the ingress of the port`,
    };
  }

  /** Builds what copies need, where the injector is another than the last time. */
  private build(): void {
    const ends = this.ends();
    const { built } = this;
    if (built?.ends.near.index === ends.near.index && built.ends.far.index === ends.far.index) return;
    this.built = { ends, means: buildTriggerStation(this.netlink, ends, this.maps) };
    this.renewedAt = Number.NEGATIVE_INFINITY;
  }

  /** What is armed holds for another while. */
  private renew(): void {
    const now = this.clock.elapsed();
    if (now - this.renewedAt < RENEW_MS) return;
    this.renewedAt = now;
    const untilNs = process.hrtime.bigint() + BigInt(LEASE_MS) * 1_000_000n;
    this.maps.lease.set(u32(0), leaseEntry(untilNs, this.ends().far.index));
  }

  private lookIn(): void {
    this.timer();
    this.timer = this.clock.setTimer(LOOK_MS, () => this.look());
  }

  /** Renews the lease, and takes back what is armed at ports that their guest closed meanwhile. */
  private look(): void {
    if (this.isClosed || this.ports.size === 0) return;
    try {
      this.build();
      this.renew();
      for (const [index, { current, carrierLosses }] of [...this.ports]) {
        const link = findLink(this.netlink, { index });
        if (link === undefined || link.carrierLosses !== carrierLosses) current.take();
      }
    } catch {
      // The lease runs out where this goes on: then all is sent as without this.
    }
    this.lookIn();
  }

  private clearLater(index: number, announcement: ArmedAnnouncement, isSettled: boolean): void {
    const clear = (): void => {
      if (!this.leftovers.delete(clear)) return;
      cancel();
      this.forget(announcement);
      const port = this.ports.get(index);
      if (port?.current !== announcement) return;
      this.ports.delete(index);
      if (this.ports.size === 0) this.scheduling.end();
      quietly(() => this.maps.armed.delete(u32(index)));
      quietly(() => port.place.close());
    };
    this.leftovers.add(clear);
    const cancel = this.clock.setTimer(isSettled ? CLEAR_MS : CLEAR_UNSETTLED_MS, clear);
  }

  /** Takes out of the kernel all that an announcement has there; its token is gone. */
  private forget({ key, number, count }: ArmedAnnouncement): void {
    const { maps } = this;
    quietly(() => maps.firings.delete(key)); // first: without it nothing of it is sent
    quietly(() => maps.stopped.delete(key));
    quietly(() => maps.frames.deleteAll(frameKeys(number, count)));
  }
}

/** What cannot be cleared away costs memory, and no more: its number never comes again. */
const quietly = (run: () => void): void => {
  try {
    run();
  } catch {}
};
