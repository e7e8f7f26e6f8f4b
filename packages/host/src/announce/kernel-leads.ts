import {
  type ArmedFrames,
  type ArmRefusal,
  type ArmRequest,
  type FrameGrant,
  messageOf,
  type Taken,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import type { Departed, ReadyBatch } from './announcement-round.js';
import type { FramePacer } from './frame-pacer.js';
import { holdTimeUs } from './hold-time.js';
import { KernelLead } from './kernel-lead.js';
import type { SwitchPart } from './switch-part.js';

/** A NIC whose frames lie ready at its port. */
export interface LeadingNic {
  readonly ready: ReadyBatch;
  /** The source of the hypervisor's own first frame at this port. */
  readonly trigger: MacAddress;
  readonly sink: string;
  /** What its sink's armed frames draw from. */
  readonly grant?: FrameGrant | undefined;
}

/** What is armed of a NIC, or why nothing is. */
export type NicArming = { readonly frames: number } | ArmRefusal;

/** What of a NIC's frames may leave by itself: first frames of stations, which one part of a switch takes in. */
interface Lead {
  readonly count: number;
  readonly ungranted: number;
  readonly part: SwitchPart;
}

/** Frames that were set off so long before may not have been set off by the guest that runs now, ms: they are sent again. */
const STALE_MS = 1000;

const cannot = (sink: string): ArmRefusal => ({
  code: 'HERALD_TRIGGER_UNAVAILABLE',
  refusal: `the sink ${sink} cannot let frames leave by themselves`,
});

/** What of one announcement leaves by itself when the hypervisor announces its guest, by NIC. */
export class KernelLeads {
  private readonly leads = new Map<string, KernelLead>();
  private readonly refused = new Map<string, ArmRefusal>();
  /** NICs whose sinks cannot arm at all, which is no warning. */
  private readonly unable = new Map<string, ArmRefusal>();
  private collected: readonly Departed[] | undefined;

  constructor(
    private readonly pacer: FramePacer,
    /** As `Clock.now`. */
    private readonly now: () => number,
  ) {}

  /**
   * Arms these in place of what an older announcement has armed, which may be set off until it is taken. If it was, it is the
   * announcement that counts, and nothing is armed. With a `refusal` for all nothing is armed either. Never throws.
   */
  arm(nics: readonly LeadingNic[], older?: KernelLeads, refusal?: ArmRefusal): void {
    const able = nics.filter(({ ready }) => ready.batch.arm !== undefined);
    for (const nic of nics) {
      const { ready, sink } = nic;
      if (refusal !== undefined) this.refused.set(ready.nic, refusal);
      else if (able.includes(nic)) this.armOne(nic, holdTimeUs(able.length), older?.leads.get(ready.nic));
      else this.unable.set(ready.nic, cannot(sink));
    }
    older?.take({ unwanted: true });
  }

  /** What is armed now of a NIC, or why nothing is; absent where nothing was to be. */
  of(nic: string): NicArming | undefined {
    const lead = this.leads.get(nic);
    if (lead?.taken !== undefined) return undefined;
    return lead === undefined ? this.refusalOf(nic) : { frames: lead.count };
  }

  /** Why frames of a NIC were not armed; absent: they were, or were not to be. */
  refusalOf(nic: string): ArmRefusal | undefined {
    return this.refused.get(nic) ?? this.unable.get(nic);
  }

  /** The NICs that were refused by sinks that can arm. */
  get refusals(): ReadonlyMap<string, ArmRefusal> {
    return this.refused;
  }

  /** What became of a NIC that was armed, once it was taken. */
  takenOf(nic: string): Taken | undefined {
    return this.leads.get(nic)?.taken;
  }

  /**
   * Takes all of it back, as the guest runs: gives what left of its announcement. On the hot path; later calls give the same.
   */
  collect(): readonly Departed[] {
    if (this.collected !== undefined) return this.collected;
    const departed: Departed[] = [];
    for (const lead of this.leads.values()) {
      const taken = lead.take();
      if (taken.firedBy === 'agent' || taken.sent === 0 || taken.isLost) continue;
      const { sent, firedAt, lastAt } = taken;
      if (this.isFresh(firedAt)) departed.push({ batch: lead.ready, sent, firedAt, lastAt });
    }
    this.collected = departed;
    return departed;
  }

  /** Whether anything is armed that was not set off yet. */
  get arePending(): boolean {
    return [...this.leads.values()].some(({ isPending }) => isPending);
  }

  /** Whether frames of a NIC left by themselves and count for its announcement, by what was collected. */
  hasDeparted(nic: string): boolean {
    return this.collected?.some(({ batch }) => batch.nic === nic) ?? false;
  }

  /** Takes all of it back. Called again it does nothing. Never throws. */
  take(options?: { readonly unwanted?: boolean }): void {
    for (const lead of this.leads.values()) lead.take(options);
  }

  private isFresh(firedAt: number): boolean {
    return this.now() - firedAt < STALE_MS;
  }

  private armOne(nic: LeadingNic, holdUs: number, before: KernelLead | undefined): void {
    const { ready, trigger, grant } = nic;
    const { pacer } = this;
    const { count, ungranted, part } = this.leadOf(ready);
    const request = { trigger, count, ungranted, holdUs };
    const again = before === undefined ? {} : { instead: before.armed };
    let armed: ArmedFrames | ArmRefusal = count === 0 ? TOO_SLOW : arm(ready, { ...request, ...again });
    const taken = before?.take();
    if (before !== undefined && taken?.firedBy === 'kernel' && 'refusal' in armed) {
      if (this.isFresh(taken.firedAt)) return void this.leads.set(ready.nic, before);
      if (count > 0) armed = arm(ready, request);
    }
    if (armed === TOO_SLOW) this.unable.set(ready.nic, TOO_SLOW);
    else if ('refusal' in armed) this.refused.set(ready.nic, armed);
    else {
      const settle = pacer.armed(part, part === 'hardware' ? grant : undefined, ungranted);
      this.leads.set(ready.nic, new KernelLead(ready, count, armed, settle));
    }
  }

  /**
   * Second kinds stay here, since all that is armed goes before the agent hears of a guest: they would leave before another's first
   * frames. A sink has one grant, which is the pace of what hardware takes in: where the first frames are for a
   * switch's processor, those of primary stations go alone, which need none.
   */
  private leadOf({ parts = [], primaries, firsts }: ReadyBatch): Lead {
    const [part = 'hardware'] = parts;
    const other = parts.slice(0, firsts).findIndex((each) => each !== part);
    const run = other === -1 ? firsts : other;
    const ungranted = this.pacer.ungranted(Math.min(primaries, run), part);
    const count = part === 'hardware' ? Math.min(run, this.pacer.mostAtOnce(part)) : ungranted;
    return { count, ungranted: Math.min(ungranted, count), part };
  }
}

/** Nothing that can be mended. */
const TOO_SLOW: ArmRefusal = {
  code: 'HERALD_TRIGGER_UNAVAILABLE',
  refusal: 'its first frames go at the pace of ARP, which lets none of them leave by themselves',
};

/** A sink is another's code: one that throws, or gives what makes no sense, does not arm. */
const arm = ({ batch }: ReadyBatch, request: ArmRequest): ArmedFrames | ArmRefusal => {
  try {
    const armed: unknown = batch.arm?.(request);
    if (isArmed(armed) || isRefusal(armed)) return armed;
    return { code: 'HERALD_SINK_FAULT', refusal: 'its sink gave neither armed frames nor a refusal' };
  } catch (error) {
    return { code: 'HERALD_SINK_FAULT', refusal: messageOf(error) };
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isArmed = (value: unknown): value is ArmedFrames =>
  isObject(value) && typeof value['take'] === 'function';
const isRefusal = (value: unknown): value is ArmRefusal =>
  isObject(value) && typeof value['refusal'] === 'string' && typeof value['code'] === 'string';
