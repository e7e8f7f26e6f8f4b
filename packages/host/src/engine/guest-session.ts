import {
  type AnnounceCause,
  type AnnounceTiming,
  asHeraldError,
  type CancelTimer,
  type Guest,
  type GuestKey,
  type GuestPhase,
  guestKeyOf,
  guestLabel,
  HeraldError,
  headOf,
  type MigrationEvents,
  type MigrationReport,
  type MigrationSide,
  type NicPlan,
  type RoundReport,
} from '@nic-herald/core';
import { ChannelSet } from '../announce/channel-set.js';
import { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';
import { type Armed, Arming } from './arming.js';
import { duplicateMacs } from './duplicate-macs.js';
import type { EngineServices } from './engine-services.js';
import { fetchHandoff } from './fetch-handoff.js';
import { migrationReport } from './migration-report.js';
import { planGuest } from './plan-guest.js';
import { PreparedAnnouncement } from './prepared-announcement.js';
import { SnapshotPublisher } from './snapshot-publisher.js';

/** Pause before trying again what the guest or the hand-off did not answer, ms. */
const RETRY_MS = 1000;

/** The plans and the timing of an announcement that is about to be made ready. */
export interface AnnounceChoice {
  readonly plans: readonly NicPlan[];
  readonly timing: AnnounceTiming;
}

type Resumed = Pick<MigrationEvents['guest:resumed'], 'resumedAt' | 'readAt'>;

/**
 * One guest in one hypervisor process, from the moment its monitor sees it until it is gone. While it waits
 * for a migration it keeps an announcement ready; when it resumes it fires that; while it runs it keeps the
 * hand-off true. What takes time is done one thing after another, off the hot path.
 */
export class GuestSession {
  readonly key: GuestKey | undefined;
  readonly knowledge: GuestKnowledge;
  private readonly channels: ChannelSet;
  private readonly publisher: SnapshotPublisher | undefined;
  private readonly stop = new AbortController();
  private readonly told = new Set<string>();
  private readonly timers: CancelTimer[] = [];
  private retry: CancelTimer | undefined;
  private queue: Promise<void> = Promise.resolve();
  private arming: Arming | undefined;
  private readonly sending = new Set<PreparedAnnouncement>();
  private currentPhase: GuestPhase;
  private currentEpoch = 0;
  /** True once the newest snapshot was taken over: publishing earlier would lose what it knew. */
  private merged = false;

  constructor(
    readonly guest: Guest,
    phase: GuestPhase,
    private readonly services: EngineServices,
  ) {
    this.key = guestKeyOf(guest.identity);
    this.currentPhase = phase;
    this.knowledge = new GuestKnowledge(guest, services.models, services.clock);
    this.channels = new ChannelSet(services.sinks);
    const { key } = this;
    this.publisher =
      key === undefined || services.handoff === undefined
        ? undefined
        : new SnapshotPublisher(
            services.handoff,
            services.clock,
            () =>
              this.mayPublish ? this.knowledge.snapshot(key, services.host, this.currentEpoch) : undefined,
            (snapshot) => services.bus.emit('snapshot:published', { guest, head: headOf(snapshot) }),
            (problem) => this.warn(problem),
          );
  }

  get phase(): GuestPhase {
    return this.currentPhase;
  }

  get epoch(): number {
    return this.currentEpoch;
  }

  /** What lies ready for the next resume. */
  get armed(): Armed | undefined {
    return this.arming?.armed;
  }

  /** Begins: makes ready for a guest that is coming, looks at one that runs. */
  begin(): void {
    if (this.key === undefined) {
      this.warn(
        new HeraldError(
          'HERALD_GUEST_UNNAMED',
          `a guest (${this.guest.instance}) has neither UUID nor name: what is known of it cannot be handed over; start it with -uuid or -name`,
        ),
      );
    }
    if (this.currentPhase === 'incoming') this.arm();
    if (this.currentPhase === 'running') this.enqueue(() => this.settle());
  }

  /** The guest is about to come here. */
  incoming(): void {
    if (this.currentPhase === 'running') return;
    this.currentPhase = 'incoming';
    if (this.arming === undefined) this.arm();
    else this.arming.refresh();
  }

  /** The guest runs. The hot path: what lies ready is handed over before anything else is done. */
  resumed(fact: Resumed): void {
    const { arming } = this;
    const arrives = this.currentPhase === 'incoming';
    this.currentPhase = 'running';
    if (!arrives || arming === undefined) {
      this.enqueue(() => (this.merged ? this.look() : this.settle()));
      return;
    }
    const { armed } = arming;
    armed?.announcement.run.fire();
    if (armed !== undefined) this.sending.add(armed.announcement);
    this.arming = undefined;
    arming.close();
    this.enqueue(() => this.arrive(arming, armed, fact));
  }

  /** The guest's CPUs stopped: whatever is still being announced here may be wrong from now on. */
  stopped(): void {
    this.silence();
    if (this.currentPhase === 'running') this.currentPhase = 'paused';
  }

  /** The guest is being sent away and still runs here: the last moment to look at its cards. */
  outgoing(): void {
    this.enqueue(async () => {
      await this.look();
      this.publisher?.request(0);
      await this.publisher?.flush();
    });
  }

  /** A migration is over. */
  completed(side: MigrationSide): void {
    if (side === 'source') this.currentPhase = 'migrated-away';
  }

  /** A migration came to nothing. On the destination nothing may be announced any more. */
  failed(side: MigrationSide): void {
    if (side === 'source' || this.currentPhase !== 'incoming') return;
    this.currentPhase = 'paused';
    this.arming?.close();
    this.arming = undefined;
    this.enqueue(() => this.channels.close());
  }

  /** The guest changed the filter of a NIC, or NICs came or went. */
  changed(nic?: string): void {
    if (nic === undefined) this.arming?.refresh();
    if (this.currentPhase === 'running') {
      this.enqueue(() => this.look(nic === undefined ? undefined : new Set([nic])));
    }
  }

  /** Announces the running guest now; resolves with the report after the last round. */
  async announce(
    cause: AnnounceCause,
    handoff: Pick<HandoffReading, 'snapshots'>,
    choose: (all: AnnounceChoice) => AnnounceChoice = (all) => all,
  ): Promise<MigrationReport> {
    await this.services.otherGuests
      .refresh(this.stop.signal)
      .catch((error: unknown) => this.handoffFailed(error));
    const planned = planGuest(this.guest, this.knowledge.evidence(), this.services);
    const { plans, timing } = choose({
      plans: planned.plans,
      timing: this.services.policy.forGuest(this.guest.identity).timing,
    });
    const announcement = await PreparedAnnouncement.prepare(
      plans,
      timing,
      this.channels,
      this.services,
      this.onRound,
    );
    if (this.currentPhase === 'running') announcement.run.fire();
    else announcement.run.cancel();
    this.sending.add(announcement);
    return this.finish(announcement, planned.faults, cause, handoff);
  }

  /** Looks at the cards now, after what was asked for before. Rejects where the guest does not answer. */
  async freshLook(): Promise<void> {
    await this.queue;
    await this.knowledge.refresh(this.stop.signal);
  }

  /** Lets go of the guest. What was published stays. */
  async close(): Promise<void> {
    this.stop.abort();
    this.arming?.close();
    this.silence();
    this.retry?.();
    this.cancelTimers();
    await this.publisher?.close();
    await this.queue;
    await this.channels.close();
  }

  private silence(): void {
    for (const { run } of this.sending) run.cancel();
  }

  private get mayPublish(): boolean {
    return this.merged && this.currentPhase === 'running';
  }

  private arm(): void {
    const { guest, services } = this;
    this.arming = new Arming(guest, this.key, this.channels, services, this.onRound, (armed) => {
      this.currentEpoch = Math.max(this.currentEpoch, armed.handoff.epoch);
      for (const problem of [...armed.problems, ...armed.announcement.faults]) this.warn(problem);
      services.bus.emit('announce:armed', { guest, frames: armed.announcement.run.frames });
    });
  }

  /** After the resume: a new epoch, a look at the cards here, what they have beyond the hand-off, the report. */
  private async arrive(arming: Arming, fired: Armed | undefined, fact: Resumed): Promise<void> {
    const armed = fired ?? (await arming.settled());
    if (armed === undefined || this.currentPhase !== 'running') return;
    if (fired === undefined) armed.announcement.run.fire();
    this.sending.add(armed.announcement);
    const { handoff, announcement } = armed;
    this.currentEpoch = Math.max(this.currentEpoch, handoff.epoch) + 1;
    this.knowledge.carry(handoff.newest);
    this.merged = true;
    await this.look();
    announcement.addFrom(planGuest(this.guest, this.knowledge.evidence(), this.services).plans);
    this.publisher?.request(0);
    // Not awaited: the rounds last up to minutes, and the guest may change meanwhile.
    void this.finish(announcement, armed.problems, 'migration', handoff, fact);
  }

  /** A guest that runs here when first seen: takes the hand-off over, and announces it if it came unseen. */
  private async settle(): Promise<void> {
    if (this.currentPhase !== 'running') return;
    let handoff: HandoffReading;
    try {
      handoff = await fetchHandoff(this.key, 'running', this.services);
    } catch (error) {
      this.handoffFailed(error);
      await this.look();
      this.again(() => this.settle());
      return;
    }
    for (const problem of handoff.problems) this.warn(problem);
    this.currentEpoch = Math.max(this.currentEpoch, handoff.epoch);
    this.knowledge.carry(handoff.newest);
    this.merged = true;
    await this.look();
    if (handoff.newest !== undefined && handoff.newest.host !== this.services.host) {
      this.currentEpoch += 1;
      void this.announce('late', handoff);
    }
    this.publisher?.request(0);
  }

  private async look(only?: ReadonlySet<string>): Promise<void> {
    if (this.currentPhase !== 'running') return;
    try {
      const { changed, problems } = await this.knowledge.refresh(this.stop.signal, only);
      for (const problem of problems) this.warn(problem);
      this.tellWhatIsIncomplete();
      if (changed) this.publisher?.request();
      this.poll();
    } catch (error) {
      this.warn(
        asHeraldError(
          error,
          'HERALD_GUEST_UNREADABLE',
          `${guestLabel(this.guest.identity)} does not tell its NICs`,
        ),
      );
      this.again(() => this.look(only));
    }
  }

  /** Arms the timers of the cards that must be read now and then; each look arms them anew. */
  private poll(): void {
    this.cancelTimers();
    for (const [pollMs, nics] of this.knowledge.polls()) this.later(pollMs, () => this.look(nics));
  }

  private async finish(
    announcement: PreparedAnnouncement,
    problems: readonly HeraldError[],
    cause: AnnounceCause,
    handoff: Pick<HandoffReading, 'snapshots'>,
    fact?: Resumed,
  ): Promise<MigrationReport> {
    const { guest, services, currentEpoch: epoch } = this;
    const result = await announcement.run.done;
    await announcement.checkPorts();
    this.sending.delete(announcement);
    const report = migrationReport({
      guest,
      host: services.host,
      epoch,
      cause,
      snapshots: handoff.snapshots,
      ...(fact === undefined ? {} : { resumed: fact }),
      result,
      nics: announcement.nics,
      faults: [...problems, ...announcement.faults],
    });
    for (const { plan } of announcement.nics) {
      for (const refusal of plan.refusals) {
        services.bus.emit('station:refused', { guest, nic: plan.nic.id, refusal });
      }
    }
    for (const problem of announcement.faults) this.warn(problem);
    services.bus.emit('announce:finished', { guest, cause, report });
    return report;
  }

  private readonly onRound = (round: RoundReport): void => {
    // Told after the frames of all guests that wait in this turn are out.
    this.services.clock.setTimer(0, () =>
      this.services.bus.emit('announce:round-finished', {
        guest: this.guest,
        epoch: this.currentEpoch,
        round,
      }),
    );
  };

  private tellWhatIsIncomplete(): void {
    const evidence = this.knowledge.evidence();
    for (const warning of duplicateMacs(evidence.map(({ nic }) => nic))) this.warn(warning);
    for (const { nic, filter, source } of evidence) {
      if (source === 'primary-mac') continue;
      for (const { reason, meaning } of filter.incomplete) {
        this.warn(
          new HeraldError('HERALD_FILTER_INCOMPLETE', `${nic.id}: ${reason}: ${meaning}`, {
            details: { nic: nic.id, reason },
          }),
        );
      }
    }
  }

  /** Tells of a problem once for as long as this guest is here. */
  private warn(warning: HeraldError): void {
    const seen = `${warning.code} ${warning.message}`;
    if (this.told.has(seen) || this.told.size >= MAX_TOLD) return;
    this.told.add(seen);
    this.services.bus.emit('warning', { warning, guest: this.guest });
  }

  private handoffFailed(error: unknown): void {
    this.warn(asHeraldError(error, 'HERALD_HANDOFF_FAILED', 'the hand-off could not be read'));
  }

  private later(delayMs: number, work: () => Promise<void>): void {
    if (this.stop.signal.aborted) return;
    this.timers.push(this.services.clock.setTimer(delayMs, () => this.enqueue(work)));
  }

  /** Tries again what was not answered. Not among the timers of the polls, which each look arms anew. */
  private again(work: () => Promise<void>): void {
    this.retry?.();
    this.retry = this.services.clock.setTimer(RETRY_MS, () => this.enqueue(work));
  }

  private cancelTimers(): void {
    for (const cancel of this.timers.splice(0)) cancel();
  }

  private enqueue(work: () => Promise<void>): void {
    this.queue = this.queue.then(async () => {
      if (this.stop.signal.aborted) return;
      try {
        await work();
      } catch (error) {
        this.warn(
          asHeraldError(
            error,
            'HERALD_ENGINE_FAULT',
            `work for ${guestLabel(this.guest.identity)} failed: ${error instanceof Error ? error.message : String(error)}`,
          ),
        );
      }
    });
  }
}

/** Most different warnings told of one guest: a guest must not be able to fill the log. */
const MAX_TOLD = 256;
