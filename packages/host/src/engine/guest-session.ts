import {
  type AnnounceCause,
  asHeraldError,
  type Guest,
  type GuestKey,
  type GuestPhase,
  guestKeyOf,
  guestLabel,
  type MigrationEvents,
  type MigrationReport,
  type MigrationSide,
  messageOf,
  type Snapshot,
} from '@nic-herald/core';
import { ChannelSet } from '../announce/channel-set.js';
import { endOfTurn } from '../announce/end-of-turn.js';
import { SerialQueue } from '../announce/serial-queue.js';
import type { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import { type HandoffReading, NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import type { GuestPorts } from '../multicast/multicast-refresh.js';
import { Announcer } from './announcer.js';
import { type Armed, Arming } from './arming.js';
import type { EngineServices } from './engine-services.js';
import { fetchHandoff } from './fetch-handoff.js';
import { GuestObservation } from './guest-observation.js';
import { guestPublisher, unnamed } from './guest-publisher.js';
import { GuestWarnings } from './guest-warnings.js';
import { hearLastWords } from './last-words.js';
import { type AnnounceChoice, planGuest } from './plan-guest.js';
import { PreparedAnnouncement, type RoundListener } from './prepared-announcement.js';
import { RisingRetry } from './rising-retry.js';
import type { SnapshotPublisher } from './snapshot-publisher.js';

type Resumed = Pick<MigrationEvents['guest:resumed'], 'resumedAt' | 'readAt'>;

/**
 * One guest in one hypervisor process, from the moment its monitor sees it until it is gone. While it waits
 * for a migration it keeps an announcement ready; when it resumes it fires that; while it runs it keeps the
 * hand-off true. What takes time is done one thing after another, off the hot path.
 */
export class GuestSession {
  readonly key: GuestKey | undefined;
  readonly knowledge: GuestKnowledge;
  private readonly ports: GuestPorts;
  private readonly publisher: SnapshotPublisher | undefined;
  private readonly warnings: GuestWarnings;
  private readonly announcer: Announcer;
  private readonly observation: GuestObservation;
  private readonly queue: SerialQueue;
  private readonly stop = new AbortController();
  private readonly retry: RisingRetry;
  private arming: Arming | undefined;
  private currentPhase: GuestPhase;
  private currentEpoch = 0;
  /** True once the newest snapshot was taken over: publishing earlier would lose what it knew. */
  private merged = false;
  /** True once a migration to here came to nothing: who then runs the guest here did not migrate it. */
  private hasFailed = false;
  /** True once it stopped before its first round was out: when it goes on, it is announced anew. */
  private isCutShort = false;

  constructor(
    readonly guest: Guest,
    phase: GuestPhase,
    private readonly services: EngineServices,
  ) {
    const { bus, clock, sinks } = services;
    this.key = guestKeyOf(guest.identity);
    this.currentPhase = phase;
    this.warnings = new GuestWarnings(bus, guest);
    this.announcer = new Announcer(guest, services, this.warnings);
    this.observation = new GuestObservation(guest, services, this.warnings, this.announcer, (nics) =>
      this.enqueue(() => this.look(nics)),
    );
    this.knowledge = this.observation.knowledge;
    this.ports = {
      channels: new ChannelSet(sinks, clock, this.stop.signal),
      countReports: () => this.observation.countReports(),
    };
    this.retry = new RisingRetry(clock, () => void this.enqueue(() => this.catchUp()));
    this.queue = new SerialQueue(guestLabel(guest.identity));
    this.publisher = guestPublisher(
      {
        guest,
        key: this.key,
        knowledge: this.knowledge,
        warnings: this.warnings,
        epoch: () => (this.mayPublish ? this.currentEpoch : undefined),
      },
      services,
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
    if (this.key === undefined) this.warnings.tell(unnamed(this.guest));
    if (this.currentPhase === 'incoming') this.arm();
    if (this.currentPhase === 'running') void this.enqueue(() => this.catchUp());
  }

  /** The guest is about to come here. */
  incoming(): void {
    if (this.currentPhase === 'running') return;
    this.currentPhase = 'incoming';
    if (this.arming === undefined) this.arm();
    else this.arming.refresh();
  }

  /**
   * The guest runs. The hot path: what lies ready is handed over before anything else is done. True where it
   * came here by a migration. `isAlone`: no other guest can resume in the same turn.
   */
  resumed(fact: Resumed, isAlone: boolean): boolean {
    const { arming } = this;
    this.currentPhase = 'running';
    if (arming === undefined) {
      void this.enqueue(() => this.catchUp());
      return false;
    }
    const { armed } = arming;
    armed?.announcement.run.fire(isAlone);
    this.arming = undefined;
    if (armed !== undefined) this.announcer.follow(armed.announcement);
    const framesAreOut = endOfTurn(this.services.clock, this.stop.signal);
    const ready = Promise.all([arming.finish(), framesAreOut]);
    void this.enqueue(async () => this.arrive((await ready)[0], armed !== undefined, fact));
    return true;
  }

  /** The guest's CPUs stopped: whatever is still being announced here may be wrong from now on. */
  stopped(): void {
    this.observation.tellInjected();
    this.isCutShort = this.announcer.silence() || this.isCutShort;
    if (this.currentPhase !== 'running') return;
    this.currentPhase = 'paused';
    // It may be leaving, also where QEMU does not say so. QEMU is no longer to be asked; the ports are.
    void this.enqueue(() => this.publishLearned());
  }

  /** The guest is being sent away and still runs here: the last moment to look at its cards. */
  outgoing(): void {
    void this.enqueue(async () => {
      await Promise.all([this.look(), this.readOwners()]);
      this.publisher?.request(0);
      await this.publisher?.flush();
    });
  }

  /** The guest left for another host, or for another process of this one: what is left here is a shell. */
  left(): void {
    this.announcer.silence();
    this.currentPhase = 'migrated-away';
  }

  /** A migration came to nothing. On the destination nothing may be announced any more. */
  failed(side: MigrationSide): void {
    if (side === 'source' || this.currentPhase !== 'incoming') return;
    this.currentPhase = 'paused';
    this.hasFailed = true;
    void this.arming?.abandon();
    this.arming = undefined;
    this.ports.channels.release().catch(() => {}); // closed meanwhile: it is released
  }

  /** The guest changed the filter of a NIC, or NICs came or went. */
  changed(nic?: string): void {
    if (nic === undefined) this.arming?.refresh();
    if (this.currentPhase === 'running') this.observation.changed(nic);
  }

  /** Announces the running guest now; resolves with the report after the last round. */
  async announce(
    cause: AnnounceCause,
    handoff: Pick<HandoffReading, 'snapshots'>,
    choose: (all: AnnounceChoice) => AnnounceChoice = (all) => all,
    signal?: AbortSignal,
  ): Promise<MigrationReport> {
    const { services, guest, currentEpoch: epoch } = this;
    await this.readOwners();
    const { faults, ...planned } = planGuest(guest, this.knowledge.evidence(), services);
    const chosen = choose({ ...planned, timing: services.policy.forGuest(guest.identity).timing });
    const { ports, onRound } = this;
    const announcement = await PreparedAnnouncement.prepare(chosen, chosen.timing, ports, services, onRound);
    const { run } = announcement;
    const cancel = (): void => announcement.cancel();
    const isWanted = signal?.aborted !== true && !this.stop.signal.aborted;
    if (this.currentPhase === 'running' && isWanted) run.fire();
    else cancel();
    run.complete();
    signal?.addEventListener('abort', cancel, { once: true });
    const report = await this.announcer.report(announcement, { cause, epoch, handoff, problems: faults });
    signal?.removeEventListener('abort', cancel);
    return report;
  }

  /** Looks at the cards now, after what was asked for before. Rejects where the guest does not answer. */
  freshLook(): Promise<void> {
    return this.queue.run(() => this.lookOrFail());
  }

  /** Lets go of the guest. What was published stays. */
  async close(): Promise<void> {
    this.stop.abort();
    this.retry.close();
    this.observation.still();
    this.announcer.silence();
    await this.arming?.abandon();
    await this.publisher?.close();
    await this.queue.close();
    await this.announcer.close();
    await this.ports.channels.close();
    await this.observation.close();
  }

  /** Also while it is stopped: what was seen before STOP is what the destination needs. */
  private get mayPublish(): boolean {
    const isHere = this.currentPhase === 'running' || this.currentPhase === 'paused';
    return this.merged && isHere && this.knowledge.hasLooked;
  }

  private arm(): void {
    const { guest, services } = this;
    this.merged = false;
    this.hasFailed = false;
    this.isCutShort = false;
    this.knowledge.forget();
    this.arming = new Arming(guest, this.key, this.ports, services, this.stop.signal, {
      armed: ({ announcement, handoff, problems }) => {
        this.currentEpoch = Math.max(this.currentEpoch, handoff?.epoch ?? 0);
        for (const problem of [...problems, ...announcement.faults]) this.warnings.tell(problem);
        void this.observation.attend(announcement.nics.map(({ plan }) => plan.nic)); // before it says its first word
        services.bus.emit('announce:armed', { guest, frames: announcement.run.frames });
      },
      failed: (error) => this.faulted(error),
      round: this.onRound,
    });
  }

  /** After the resume: a new epoch, a look at the cards here, what they have beyond the hand-off, the report. */
  private async arrive(armed: Armed | undefined, wasFired: boolean, resumed: Resumed): Promise<void> {
    const isStopped = this.currentPhase !== 'running';
    if (armed === undefined || (isStopped && !wasFired)) return this.catchUp();
    const { announcement, handoff, problems } = armed;
    const { run } = announcement;
    if (!isStopped) run.fire(); // where it was not ready in time
    this.currentEpoch = Math.max(this.currentEpoch, handoff?.epoch ?? 0) + 1;
    // Not awaited: the rounds last up to minutes, and the guest may change meanwhile.
    void this.announcer.report(announcement, {
      cause: 'migration',
      epoch: this.currentEpoch,
      handoff: handoff ?? NO_HANDOFF,
      resumed,
      problems,
    });
    if (isStopped) return announcement.cancel(); // and not merged: when it goes on, it is announced anew
    if (handoff !== undefined) this.merge(handoff);
    this.observation.injected(announcement); // before the port is read: our first frames are not the guest's
    const take = (late: Snapshot): void => void this.enqueue(() => this.takeLast(announcement, late));
    const lastWords = hearLastWords(this.key, handoff ?? NO_HANDOFF, this.services, this.stop.signal, take);
    try {
      await this.announceBeyond(announcement);
    } finally {
      void lastWords.then(() => this.enqueue(async () => run.complete()));
    }
    if (this.merged) this.publisher?.request(0);
    else this.retry.again();
  }

  /** Looks at the cards and the ports here, and announces what was not announced yet. */
  private async announceBeyond(announcement: PreparedAnnouncement): Promise<void> {
    await this.look();
    const planned = planGuest(this.guest, this.knowledge.evidence(), this.services);
    const { maxStations } = this.services.policy.forGuest(this.guest.identity);
    await announcement.addFrom(planned, maxStations);
    this.observation.injected(announcement);
  }

  /** The source's last snapshot came after the resume. */
  private async takeLast(announcement: PreparedAnnouncement, snapshot: Snapshot): Promise<void> {
    if (this.currentPhase !== 'running' || !this.merged) return;
    this.knowledge.carry(snapshot);
    await this.announceBeyond(announcement);
    this.publisher?.request(0);
  }

  /** What has to be done for a guest that runs here and did not just arrive. */
  private async catchUp(): Promise<void> {
    if (this.currentPhase !== 'running') return;
    if (!this.merged) return this.settle();
    await this.look();
    if (this.isCutShort) this.announceLate(NO_HANDOFF);
    this.publisher?.request();
  }

  /** Takes the hand-off over, and announces the guest if it came unseen. */
  private async settle(): Promise<void> {
    let handoff: HandoffReading;
    try {
      handoff = await fetchHandoff(this.key, 'running', this.services, this.stop.signal);
    } catch (error) {
      this.handoffFailed(error);
      await this.look();
      this.retry.again();
      return;
    }
    for (const problem of handoff.problems) this.warnings.tell(problem);
    this.currentEpoch = Math.max(this.currentEpoch, handoff.epoch);
    this.merge(handoff);
    await this.look();
    const isFromElsewhere = handoff.newest !== undefined && handoff.newest.host !== this.services.host;
    if ((isFromElsewhere && !this.hasFailed) || this.isCutShort) {
      this.currentEpoch += 1;
      this.announceLate(handoff);
    }
    this.publisher?.request(0);
  }

  private announceLate(handoff: Pick<HandoffReading, 'snapshots'>): void {
    this.isCutShort = false;
    this.announce('late', handoff).catch((error: unknown) => this.faulted(error));
  }

  private merge(handoff: HandoffReading): void {
    this.knowledge.carry(handoff.newest, handoff.readAt);
    this.merged = true;
  }

  private async look(only?: ReadonlySet<string>): Promise<void> {
    if (this.currentPhase !== 'running') return;
    try {
      await this.lookOrFail(only);
      if (this.merged) this.retry.succeeded();
    } catch (error) {
      const message = `${guestLabel(this.guest.identity)} does not tell its NICs`;
      if (!this.stop.signal.aborted) {
        this.warnings.tell(asHeraldError(error, 'HERALD_GUEST_UNREADABLE', message));
      }
      this.retry.again();
    }
  }

  private async lookOrFail(only?: ReadonlySet<string>): Promise<void> {
    if (await this.observation.look(this.stop.signal, only)) this.publisher?.request();
    if (this.currentPhase === 'running') this.observation.poll();
  }

  private async publishLearned(): Promise<void> {
    if (await this.observation.learn()) this.publisher?.request(0);
    await this.publisher?.flush();
  }

  private readonly onRound: RoundListener = (round, announcement) => {
    const { guest, services } = this;
    // Told after the frames of all guests that wait in this turn are out.
    services.clock.setTimer(0, () => {
      this.observation.injected(announcement);
      services.bus.emit('announce:round-finished', { guest, epoch: this.currentEpoch, round });
    });
  };

  /** Which MACs are other guests', as of now. */
  private readOwners(): Promise<void> {
    return this.services.otherGuests.refresh(this.stop.signal).catch((error) => this.handoffFailed(error));
  }

  private handoffFailed(error: unknown): void {
    if (this.stop.signal.aborted) return;
    this.warnings.tell(asHeraldError(error, 'HERALD_HANDOFF_FAILED', 'the hand-off could not be read'));
  }

  private faulted(error: unknown): void {
    if (this.stop.signal.aborted) return;
    const words = messageOf(error);
    const message = `work for ${guestLabel(this.guest.identity)} failed: ${words}`;
    this.warnings.tell(asHeraldError(error, 'HERALD_ENGINE_FAULT', message));
  }

  /** Does it after what was asked for before. Never rejects: what fails is told. */
  private async enqueue(work: () => Promise<void>): Promise<void> {
    try {
      await this.queue.run(work);
    } catch (error) {
      this.faulted(error);
    }
  }
}
