import { randomUUID } from 'node:crypto';
import {
  type AnnounceMode,
  type Announcement,
  type ArmRefusal,
  asHeraldError,
  type FrameChannel,
  type FrameGrant,
  framesOf,
  type Guest,
  HeraldError,
  type Incompleteness,
  messageOf,
  type NicDescriptor,
  type Station,
} from '@nic-herald/core';
import type {
  AnnounceCause,
  AnnouncementSeal,
  AnnounceTiming,
  NicPlan,
  RoundReport,
} from '@nic-herald/core/internal';
import { toldMode } from '../announce/announce-mode.js';
import type { ReadyBatch } from '../announce/announcement-round.js';
import { AnnouncementRun } from '../announce/announcement-run.js';
import { channelProblem } from '../announce/channel-problem.js';
import type { GuestChannels } from '../announce/channel-set.js';
import { KernelLeads, type LeadingNic } from '../announce/kernel-leads.js';
import { switchPartOf } from '../announce/switch-part.js';
import { Company } from '../companions/company.js';
import { encodeSound } from '../plan/frame-batch.js';
import { leadingFrames } from '../plan/leading-frames.js';
import { sealBatch } from '../plan/seal-batch.js';
import { accompaniedNics } from './accompanied-nics.js';
import { beyondSent, frameKey } from './beyond-sent.js';
import type { EngineServices } from './engine-services.js';
import type { GuestPorts } from './guest-ports.js';
import { type NicFiring, nicFiring } from './nic-firing.js';
import { noLongerHeld } from './no-longer-held.js';
import { noLongerOwned } from './no-longer-owned.js';
import type { GuestPlan } from './plan-guest.js';
import type { PreparedNic } from './prepared-nic.js';

/** Told of each round, with what it is a round of. On the hot path: what takes time comes later. */
export type RoundListener = (round: RoundReport, of: PreparedAnnouncement) => void;

type FrameServices = Pick<EngineServices, 'clock' | 'companions' | 'kinds' | 'pacers' | 'schedule'>;

/** A NIC of which nothing is armed, and why. */
export interface UnarmedNic extends ArmRefusal {
  readonly nic: NicDescriptor;
}

/** Of whom an announcement is, and why. */
export interface AnnouncementOccasion {
  readonly guest: Guest;
  readonly cause: AnnounceCause;
  readonly timing: AnnounceTiming;
  readonly ports: GuestPorts;
  readonly onRound?: RoundListener;
  /** Goes into the padding of its RARPs; absent: no host would know it. */
  readonly seal?: AnnouncementSeal | undefined;
}

/** An announcement with its frames encoded and its channels open: nothing is left to do but to fire it. */
export class PreparedAnnouncement {
  /** Its report has the same. */
  readonly id = randomUUID();
  readonly run: AnnouncementRun;
  /** What goes along with it. */
  readonly company: Company;
  /** What of it leaves by itself when the hypervisor announces the guest. */
  readonly leads: KernelLeads;
  private readonly channels: GuestChannels;
  private readonly grants = new Map<string, FrameGrant>();
  /** What lies ready for round 1, by NIC. */
  private readonly ready = new Map<string, ReadyBatch>();
  private isFired = false;
  private isCancelled = false;
  private prepared: readonly PreparedNic[] = [];
  private readonly problems: HeraldError[] = [];

  private readonly seal: AnnouncementSeal | undefined;

  private constructor(
    { guest, cause, timing, ports, onRound, seal }: AnnouncementOccasion,
    private readonly services: FrameServices,
  ) {
    const { id } = this;
    const { clock, companions, pacers, schedule } = services;
    this.channels = ports.channels.now();
    const { channels } = this;
    const { mode } = channels;
    const multicastReports = () => ports.countReports();
    this.seal = seal;
    const subject = { id, guest, cause, timing, channels, multicastReports, seal };
    this.leads = new KernelLeads(pacers[mode], () => clock.now());
    // Without a round nothing is announced, and nothing goes along.
    this.company = new Company(timing.rounds === 0 ? [] : companions, subject, clock);
    this.run = new AnnouncementRun([], timing, { clock, schedule, pacer: pacers[mode], mode }, (round) => {
      this.company.round(round);
      onRound?.(round, this);
    });
  }

  /**
   * Opens the channels, encodes and prepares. A NIC without a way is a problem, the others go. Its mode is that of the
   * policy now, to its end. Rejects only with HERALD_CANCELLED, where the channels are closed meanwhile, and with what
   * the policy throws.
   */
  static async prepare(
    planned: Omit<GuestPlan, 'faults'>,
    occasion: AnnouncementOccasion,
    services: FrameServices,
  ): Promise<PreparedAnnouncement> {
    const announcement = new PreparedAnnouncement(occasion, services);
    // All at once: a sink that hangs at one port holds up no other.
    for (const nic of await Promise.all(planned.plans.map((plan) => announcement.open(plan)))) {
      const { plan } = nic;
      announcement.put({ ...nic, announced: announcement.add(nic, plan.announcements) });
    }
    announcement.company.begin(accompaniedNics(planned, announcement.nics));
    return announcement;
  }

  /** What will be, or was, sent for each NIC. */
  get nics(): readonly PreparedNic[] {
    return this.prepared;
  }

  /** Whether what it holds is sent at all. */
  get mode(): AnnounceMode {
    return this.channels.mode;
  }

  /** Its mode as facts have it. */
  get told(): ReturnType<typeof toldMode> {
    return toldMode(this.mode);
  }

  /** The stations whose frames were put in by now, or are about to be, by NIC; none where none is sent. */
  get sent(): readonly { readonly nic: string; readonly stations: readonly Station[] }[] {
    if (this.mode === 'observe') return [];
    return this.prepared.map(({ plan, announced, added }) => ({
      nic: plan.nic.id,
      stations: [...announced, ...added].map(({ station }) => station),
    }));
  }

  /** What went wrong on the way, oldest first. */
  get faults(): readonly HeraldError[] {
    return this.problems;
  }

  /**
   * Sends what newer plans have beyond this one, at once and with every later round; no more than
   * `maxStations` in all per NIC. Rejects as `prepare` does.
   */
  async addFrom(planned: Omit<GuestPlan, 'faults'>, maxStations: number): Promise<void> {
    for (const newer of planned.plans) {
      const known = this.prepared.find(({ plan }) => plan.nic.id === newer.nic.id);
      const nic =
        known?.channel === undefined ? await this.open({ ...(known?.plan ?? newer), nic: newer.nic }) : known;
      const { missing, refused } = beyondSent(nic, newer, maxStations);
      const now = this.withdraw(nic, newer); // first: what is added then goes out once in this round
      const added = [...now.added, ...this.add(now, missing)];
      this.put({ ...now, added, refused, incomplete: together(nic.incomplete, newer.incomplete) });
    }
    this.company.changed(accompaniedNics(planned, this.nics));
  }

  /**
   * Lets what lies ready leave by itself when the hypervisor announces the guest, in place of what an older announcement has armed.
   * Only for a guest that is about to come. Not where there is a `refusal`.
   */
  arm(older?: PreparedAnnouncement, refusal?: ArmRefusal): void {
    const leading = this.prepared.flatMap(({ plan: { nic }, sink, channel }): readonly LeadingNic[] => {
      const ready = this.ready.get(nic.id);
      if (this.mode === 'observe' || ready === undefined || sink === undefined || channel === undefined)
        return [];
      return [{ ready, sink, trigger: nic.primaryMac, grant: this.grants.get(nic.id) }];
    });
    this.leads.arm(leading, older?.leads, refusal);
  }

  /**
   * The hot path: sends round 1 now, without what left by itself before, see `AnnouncementRun.fire`. A second call does
   * nothing, nor does one after it was cancelled.
   */
  fire(isAlone = false): void {
    if (this.isCancelled) return;
    if (!this.isFired) for (const frames of this.leads.collect()) this.run.departed(frames);
    this.isFired = true;
    this.run.fire(isAlone);
    this.company.fired();
  }

  /** Why NICs of it were not armed, though their sinks can arm. */
  get unarmed(): readonly UnarmedNic[] {
    return this.prepared.flatMap(({ plan: { nic } }) => {
      const refusal = this.leads.refusals.get(nic.id);
      return refusal === undefined ? [] : [{ nic, ...refusal }];
    });
  }

  /** By whom each NIC was announced. */
  get firings(): ReadonlyMap<string, NicFiring> {
    return new Map(this.prepared.map((nic) => [nic.plan.nic.id, nicFiring(nic, this.mode, this.leads)]));
  }

  /** Ends it: no frame leaves after this. */
  cancel(): void {
    this.isCancelled = true;
    this.leads.take({ unwanted: true });
    this.run.cancel();
    this.company.cancel();
  }

  /**
   * Looks at the ports once the rounds are over: a port that went away took frames without a word. False where
   * none of them is as it should be.
   */
  async checkPorts(): Promise<boolean> {
    let areAnyWell = false;
    for (const nic of this.prepared) {
      const { plan, channel, problem: _, ...rest } = nic;
      if (channel === undefined) continue;
      const problem = await channelProblem(plan.nic.id, channel, this.services.clock);
      areAnyWell ||= problem === undefined;
      this.note(problem);
      this.put({ ...rest, plan, channel, ...(problem === undefined ? {} : { problem }) });
    }
    return areAnyWell;
  }

  /** Whether there was something to send, and the sink of its port could not open it. */
  get wasRefused(): boolean {
    return this.prepared.some(
      ({ plan, sink, channel }) =>
        plan.announcements.length > 0 && sink !== undefined && channel === undefined,
    );
  }

  /** Whether any of what it has would leave, by the look at its ports when it was made ready. */
  get canLeave(): boolean {
    return this.prepared.some(({ channel, problem }) => channel !== undefined && problem === undefined);
  }

  /** Looks whether frames left; true where any did, or none was to. Not on the hot path. */
  hasLeft(): boolean {
    const { departures } = this.run;
    departures.look(1);
    return this.mode === 'observe' || departures.left > 0 || this.run.frames === 0;
  }

  /** A round with what of it is known by now to be lost. */
  accounted(round: RoundReport): RoundReport {
    const lost = this.run.departures.lostIn(round.round);
    return lost === 0 ? round : { ...round, lost };
  }

  /** What the system took and did not let out, of each NIC. */
  get lossProblems(): readonly HeraldError[] {
    const { losses } = this.run.departures;
    return [...new Set(losses.map(({ nic }) => nic))].map((nic) => {
      const ofNic = losses.filter((loss) => loss.nic === nic);
      const frames = ofNic.reduce((sum, loss) => sum + loss.frames, 0);
      const rounds = ofNic.map(({ round }) => round).join(', ');
      const message = `${nic}: ${frames} frames that the system took did not leave, in round ${rounds}: something stands in their way on this host`;
      return new HeraldError('HERALD_FRAMES_LOST', message, { details: { nic, frames } });
    });
  }

  /** The NICs of which not all left in any round, or whose port would let nothing out at the end. After `checkPorts`. */
  get owed(): readonly NicDescriptor[] {
    if (this.mode === 'observe') return [];
    return this.prepared.flatMap(({ plan, added, channel, problem }) => {
      if (plan.announcements.length + added.length === 0 || problem?.code === 'HERALD_NIC_NO_SINK') return [];
      const isOut =
        channel !== undefined && problem === undefined && this.run.departures.isWhole(plan.nic.id);
      return isOut ? [] : [plan.nic];
    });
  }

  private async open(plan: NicPlan): Promise<PreparedNic> {
    const nic: PreparedNic = {
      plan,
      announced: [],
      added: [],
      withdrawn: [],
      incomplete: plan.incomplete,
      refused: plan.refusals,
    };
    const way = await this.channels.for(plan.nic, 'from-guest');
    if (!('channel' in way)) {
      const { problem } = way;
      this.note(problem);
      return way.sink === undefined ? { ...nic, problem } : { ...nic, problem, sink: way.sink };
    }
    for (const problem of way.problems) this.note(problem);
    const { sink, channel, grant } = way;
    if (grant !== undefined) this.grants.set(plan.nic.id, grant);
    const problem = await channelProblem(plan.nic.id, channel, this.services.clock);
    this.note(problem);
    this.run.departures.follow(plan.nic.id, channel);
    return { ...nic, sink, channel, ...(problem === undefined ? {} : { problem }) };
  }

  /** Leaves out of the later rounds what the live card does not hold and nobody saw, and addresses that were lost. */
  private withdraw(nic: PreparedNic, newer: NicPlan): PreparedNic {
    const sent = [...nic.announced, ...nic.added];
    const unheld = [
      ...new Set([...nic.withdrawn, ...noLongerHeld(nic, newer), ...noLongerOwned(sent, newer)]),
    ];
    if (nic.channel === undefined || unheld.length === nic.withdrawn.length) return nic;
    const kept = sent.filter((announcement) => !unheld.includes(announcement));
    const encoded = this.encode(nic.plan.nic.id, nic.channel, kept);
    if (encoded === undefined) return nic;
    this.run.replace(encoded.ready);
    return { ...nic, withdrawn: unheld };
  }

  /** Encodes and hands over to the run; gives what of it lies ready or is sent. */
  private add(
    { plan, channel }: PreparedNic,
    announcements: readonly Announcement[],
  ): readonly Announcement[] {
    if (channel === undefined || announcements.length === 0) return [];
    const encoded = this.encode(plan.nic.id, channel, announcements);
    if (encoded === undefined || !this.run.add(encoded.ready)) return [];
    if (!this.isFired) this.ready.set(plan.nic.id, encoded.ready);
    return encoded.announcements;
  }

  private encode(
    nic: string,
    channel: FrameChannel,
    wanted: readonly Announcement[],
  ): { readonly ready: ReadyBatch; readonly announcements: readonly Announcement[] } | undefined {
    try {
      const { batch, announcements, faults } = encodeSound(wanted, this.services.kinds);
      for (const fault of faults) this.note(fault);
      if (announcements.length === 0 && wanted.length > 0) return undefined;
      sealBatch(batch, announcements, this.seal);
      const prepared = channel.prepare(batch);
      const frames = announcements.map(frameKey);
      const parts = framesOf(batch).map(switchPartOf);
      const ready = { nic, frames, parts, ...leadingFrames(announcements), batch: prepared };
      return { ready, announcements };
    } catch (error) {
      const words = messageOf(error);
      const message = `${nic}: ${wanted.length} frames could not be made ready: ${words}`;
      this.note(asHeraldError(error, 'HERALD_SINK_FAULT', message, { nic }));
      return undefined;
    }
  }

  private put(nic: PreparedNic): void {
    const isKnown = this.prepared.some(({ plan }) => plan.nic.id === nic.plan.nic.id);
    this.prepared = isKnown
      ? this.prepared.map((each) => (each.plan.nic.id === nic.plan.nic.id ? nic : each))
      : [...this.prepared, nic];
  }

  private note(problem: HeraldError | undefined): void {
    if (problem === undefined || this.problems.some(({ message }) => message === problem.message)) return;
    this.problems.push(problem);
  }
}

const together = (
  before: readonly Incompleteness[],
  now: readonly Incompleteness[],
): readonly Incompleteness[] => [
  ...before,
  ...now.filter(({ reason }) => !before.some((known) => known.reason === reason)),
];
