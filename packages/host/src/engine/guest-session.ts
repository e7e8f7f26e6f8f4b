import {
  asHeraldError,
  type Guest,
  type GuestKey,
  type GuestPhase,
  guestLabel,
  type HeraldError,
  type MigrationReport,
  messageOf,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { ChannelSet } from '../announce/channel-set.js';
import { unnamed } from '../handoff/guest-publisher.js';
import type { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import { type HandoffReading, NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import { GuestOwnership } from '../ownership/guest-ownership.js';
import type { GuestHere } from '../ownership/heard-here.js';
import { recognised } from '../residence/judge-stay.js';
import { isHere, phaseOf, residenceAt, runsHere } from '../residence/residence.js';
import { type ResidenceEffect, type ResidenceFact, residenceStep } from '../residence/residence-step.js';
import type { GuestStanding } from '../service/guest-census.js';
import { AnnounceRetry } from './announce-retry.js';
import { Announcer } from './announcer.js';
import { type Armed, Arming } from './arming.js';
import type { EngineServices } from './engine-services.js';
import { type ArrivingGuest, GuestArrival, type Resume } from './guest-arrival.js';
import { GuestHandoff } from './guest-handoff.js';
import { GuestObservation } from './guest-observation.js';
import type { GuestPorts } from './guest-ports.js';
import { GuestPublication } from './guest-publication.js';
import { GuestWarnings } from './guest-warnings.js';
import { unreadable } from './list-nics.js';
import { newsOfUnarmed } from './news-of-unarmed.js';
import { OwnedWork } from './owned-work.js';
import { PacedArming } from './paced-arming.js';
import type { PacedWork } from './paced-work.js';
import type { AnnounceChoice } from './plan-guest.js';
import type { RoundListener } from './prepared-announcement.js';
import { readOwners } from './read-owners.js';
import { readStay } from './read-stay.js';
import { RisingRetry } from './rising-retry.js';
import { RunningAnnouncements } from './running-announcements.js';
import type { SessionOwner } from './session-owner.js';
import { tellRound } from './tell-round.js';

/**
 * One guest in one hypervisor process, from the moment its monitor sees it until it is gone. It does what follows
 * from where the guest stands, see `residence/`, and decides nothing. What takes time is done one thing after
 * another, off the hot path.
 */
export class GuestSession implements ArrivingGuest {
  readonly knowledge: GuestKnowledge;
  readonly handoff: GuestHandoff;
  private readonly ports: GuestPorts;
  private readonly publication: GuestPublication;
  private readonly warnings: GuestWarnings;
  private readonly announcer: Announcer;
  private readonly observation: GuestObservation;
  readonly ownership: GuestOwnership;
  private readonly work: OwnedWork;
  private readonly stop = new AbortController();
  private readonly retry: RisingRetry;
  private readonly announceRetry: AnnounceRetry;
  private readonly arrival: GuestArrival;
  residence; // changed by `take` alone
  private readonly catchingUp: PacedWork;
  private readonly announcing: RunningAnnouncements;
  private readonly armings: PacedArming;

  constructor(
    readonly guest: Guest,
    phase: GuestPhase,
    private readonly services: EngineServices,
    private readonly owner: SessionOwner,
  ) {
    const { bus, clock, sinks } = services;
    this.handoff = new GuestHandoff(guest, services, this.stop.signal);
    this.residence = residenceAt(phase);
    this.warnings = new GuestWarnings(bus, guest, clock, () => this.isRunning);
    this.announcer = new Announcer(guest, services, this.warnings, this.stop.signal, (owed) =>
      this.announceRetry.ended(owed),
    );
    this.ownership = new GuestOwnership(() => this.self, services.neighbourhood, clock);
    this.observation = new GuestObservation(
      guest,
      services,
      this.warnings,
      this.announcer,
      this.ownership,
      (nics) => this.work.enqueue(() => this.look(nics)),
    );
    this.knowledge = this.observation.knowledge;
    this.ports = {
      channels: new ChannelSet(guest.identity, sinks, clock, this.stop.signal),
      countReports: () => this.observation.countReports(),
    };
    const catchUp = (): void => this.catchingUp.request();
    this.retry = new RisingRetry(clock, catchUp, (again) => this.handoff.stores.onConnected(again));
    this.work = new OwnedWork(guest, this.stop.signal, clock, (problem) => this.warnings.tell(problem));
    this.catchingUp = this.work.pacedWork(() => services.catchingUp.run(() => this.catchUp()));
    this.armings = new PacedArming(clock, () => this.beginArming());
    const { announcer, handoff, knowledge, observation, ownership, work } = this;
    const { signal } = this.stop;
    const parts = { guest, services, handoff, knowledge, observation, ownership, announcer, work, signal };
    this.arrival = new GuestArrival(parts, this);
    const tell = (problem: HeraldError): void => this.warnings.tell(problem);
    const asking = { signal, about: 'all', tell } as const;
    const looking = {
      look: () => this.look(),
      readOwners: () => readOwners(this.knowledge.evidence(), services, asking),
    };
    this.announcing = new RunningAnnouncements(parts, this.ports, {
      isRunning: () => this.isRunning,
      owes: () => this.residence.owes,
      epoch: () => this.epoch,
      ...looking,
      onRound: this.onRound,
      sentLate: (announcement) => this.arrival.settleDebt(announcement),
    });
    this.announceRetry = new AnnounceRetry(services, {
      isRunning: () => this.isRunning,
      attempt: (owed, isWanted) => this.work.ask(() => this.announcing.again(owed, isWanted)),
      nics: () => this.knowledge.descriptors,
      failed: (error) => this.work.failed(error),
    });
    const publishing = { residence: () => this.residence, mayPublish: () => owner.mayPublish(), ...looking };
    this.publication = new GuestPublication(parts, publishing, this.warnings);
  }

  get key(): GuestKey | undefined {
    return this.handoff.key;
  }

  get phase(): GuestPhase {
    return phaseOf(this.residence);
  }

  get epoch(): number {
    return this.residence.epoch;
  }

  /** What is counted of it. */
  get standing(): GuestStanding {
    const { nics, learning } = this.observation.standing;
    return { phase: this.phase, residence: this.residence.state, nics, learning };
  }

  /** Whether the guest is in this process, running or paused. */
  get isHere(): boolean {
    return isHere(this.residence);
  }

  get isRunning(): boolean {
    return runsHere(this.residence);
  }

  /** Whether what the hand-off says of the guest was taken over. */
  get isJudged(): boolean {
    return this.residence.toJudge === undefined;
  }

  /** What lies ready for the next resume. */
  get armed(): Armed | undefined {
    return this.armings.armed;
  }

  /** Resolves once the guest is learned at, or cannot be. Never rejects. */
  get learningBegun(): Promise<void> {
    return this.observation.learningBegun;
  }

  /** The primary MACs of the guest as far as they are known here; none where it did not tell them yet. */
  get primaryMacs(): readonly MacAddress[] {
    if (this.knowledge.hasLooked) return this.knowledge.primaryMacs;
    return this.armed?.announcement.nics.map(({ plan }) => plan.nic.primaryMac) ?? [];
  }

  /** Begins: makes ready for a guest that is coming, looks at one that runs. */
  begin(): void {
    if (this.key === undefined) this.warnings.tell(unnamed(this.guest));
    if (this.residence.state === 'awaited') this.arm();
    if (this.isHere) this.ownership.arrived();
    this.services.neighbourhood.join(this.guest.instance, {
      read: async () => this.publishIf(await this.observation.hear()),
      claims: () => (this.isRunning ? this.ownership.claims : undefined),
      isAlone: () => this.ownership.isAlone(),
      survey: async () => {
        if (this.isRunning) this.publishIf(await this.observation.survey(this.stop.signal));
        else await this.armings.reconsider();
      },
    });
    if (this.isHere) this.effects.judge();
  }

  /**
   * Takes a fact, and does what follows from it before this returns. `resume`: with the fact that the guest runs. That
   * is the hot path: what lies ready is handed over before anything else is done.
   */
  take(fact: ResidenceFact, resume?: Resume): void {
    const { state } = this.residence;
    const { residence, effects } = residenceStep(this.residence, fact);
    this.residence = residence;
    for (const effect of effects) this.effects[effect](resume);
    if (fact.is === 'stopped') this.ownership.stopped();
    if (fact.is !== 'resumed') return;
    if (state === 'paused' || state === 'resident' || state === 'leaving') this.ownership.wentOn();
    else this.ownership.arrived();
  }

  /** Its machine was reset: what it was seen to use before may be another's when it is up again. */
  reset(): void {
    this.knowledge.beginAgain();
    if (this.isRunning) this.observation.changed();
  }

  /** The guest changed the filter of a NIC; without one, NICs came or went. */
  changed(nic?: string): void {
    if (nic === undefined) this.armings.refresh();
    if (this.isRunning) this.observation.changed(nic);
  }

  /** The policy says something else from now on. */
  policyChanged(): void {
    this.armings.refresh();
  }

  /** Tells something of the guest that its household found out. */
  tell(warning: HeraldError): void {
    this.warnings.tell(warning);
  }

  /** Does after a while what could not be done now. */
  catchUpLater(): void {
    this.retry.again();
  }

  /** The guest as its neighbours know it. */
  private get self(): GuestHere {
    const { key, primaryMacs, guest } = this;
    return { instance: guest.instance, key, label: guestLabel(guest.identity), primaryMacs };
  }

  private publishIf(isNews: boolean): void {
    if (isNews) this.publication.later();
  }

  /** Publishes soon, where there is anything to publish. */
  publish(): void {
    this.publication.now();
  }

  /** Announces the running guest now; resolves with the report after the last round. */
  announce(choose: (all: AnnounceChoice) => AnnounceChoice, signal?: AbortSignal): Promise<MigrationReport> {
    return this.announcing.manually(choose, signal);
  }

  /** Looks at the cards now, after what was asked for before. Rejects where the guest does not answer. */
  freshLook(): Promise<void> {
    return this.work.ask(() => this.lookOrFail());
  }

  /** Reads what the hand-off says of the guest now. Rejects where it cannot be read. */
  async readHandoff(): Promise<HandoffReading> {
    const { primaryMacs, epoch: knownEpoch } = this;
    const guestIs = this.phase === 'incoming' ? 'incoming' : 'running';
    return this.handoff.read(await this.handoff.fetch(), { guestIs, primaryMacs, knownEpoch });
  }

  /** Lets go of the guest. What was published stays. */
  async close(): Promise<void> {
    this.stop.abort();
    this.retry.close();
    this.announceRetry.close();
    this.warnings.close();
    this.observation.still();
    this.announcer.silence();
    this.announcing.close();
    await this.armings.abandon();
    await this.publication.close();
    await this.work.close();
    await this.announcer.close();
    await this.ports.channels.close();
    await this.observation.close();
    this.services.neighbourhood.leave(this.guest.instance);
  }

  /** What each effect of `residenceStep` is here. */
  private readonly effects: Readonly<Record<ResidenceEffect, (resume?: Resume) => void>> = {
    arm: () => this.arm(),
    rearm: () => this.armings.refresh(),
    disarm: () => this.disarm(),
    receive: (resume) => this.receive(resume),
    silence: () => {
      this.observation.tellInjected();
      this.announceRetry.giveUp();
      this.announcer.silence();
    },
    judge: () => this.catchingUp.request(),
    look: () => this.catchingUp.request(),
    announce: () => this.announcing.late(),
    'hand-on': () => this.publication.handOn(),
    'last-words': () => this.publication.sayLastWords(),
    publish: () => this.publish(),
  };

  private arm(): void {
    this.knowledge.forget();
    this.handoff.last = NO_HANDOFF;
    this.arrival.supersede();
    this.armings.arm();
  }

  private beginArming(): Arming {
    const { guest, handoff, ownership, ports, services } = this;
    return new Arming({ guest, handoff, ownership, ports }, services, this.stop.signal, {
      armed: ({ announcement, handoff, problems }) => {
        this.take({ is: 'ready', epoch: handoff?.epoch ?? 0 });
        this.observation.awaits(announcement.nics.map(({ plan }) => plan.nic)); // before it says its first word
        const unarmed = newsOfUnarmed(announcement.unarmed, services.armRefusals);
        for (const problem of [...problems, ...announcement.faults, ...unarmed]) this.warnings.tell(problem);
        services.bus.emit('announce:armed', { guest, frames: announcement.run.frames, ...announcement.told });
      },
      read: (handoff) => {
        const known = recognised(handoff, { host: services.host, guest });
        if (known !== undefined) this.take({ is: 'recognised', ...known });
        return known === undefined;
      },
      failed: (error) => this.work.failed(error),
      round: this.onRound,
    });
  }

  private disarm(): void {
    const wasArming = this.armings.isBegun;
    this.work.follow(this.armings.abandon());
    if (wasArming) this.ports.channels.release().catch(() => {}); // closed meanwhile: it is released
  }

  private receive(resume: Resume | undefined): void {
    const arming = this.armings.release();
    if (arming === undefined || resume === undefined) this.catchingUp.request();
    else this.arrival.receive(arming, resume);
  }

  /** What has to be done for a guest that runs here and did not just arrive. */
  async catchUp(): Promise<void> {
    if (!this.isHere) return;
    if (this.residence.toJudge !== undefined) return this.judge(this.residence.toJudge);
    await this.look();
    this.publication.later();
  }

  /** Takes over what the hand-off says of a guest that runs here. */
  private async judge(judgement: NonNullable<typeof this.residence.toJudge>): Promise<void> {
    const { guest, handoff, services, epoch: knownEpoch } = this;
    const { signal } = this.stop;
    const list = (within: AbortSignal) => this.observation.list(within);
    const question = { guest, handoff, knownEpoch, list, signal };
    const stay = await readStay(question, judgement, services).catch((error: unknown) => {
      if (!signal.aborted) this.warnings.tell(asHeraldError(error, 'HERALD_ENGINE_FAULT', messageOf(error)));
      return undefined;
    });
    if (signal.aborted) return;
    if (stay === undefined) {
      await this.look();
      return this.retry.again();
    }
    const { epoch, owes, carried } = stay;
    const often = owes || carried !== undefined ? handoff.settled(epoch) : [];
    for (const problem of [...handoff.last.problems, ...often]) this.tell(problem);
    if (carried !== undefined) this.knowledge.carry(carried, handoff.last.readAt);
    await this.look();
    this.take({ is: 'judged', epoch, owes });
  }

  /** Looks at the cards, where the guest runs; what fails is told, and tried again. */
  async look(only?: ReadonlySet<string>): Promise<void> {
    // One that is paused is not asked again: it may be in the midst of its migration.
    if (!this.isRunning && !(this.isHere && !this.knowledge.hasLooked)) return;
    try {
      await this.lookOrFail(only);
      if (this.residence.toJudge === undefined) this.retry.succeeded();
    } catch (error) {
      if (!this.stop.signal.aborted) this.warnings.tell(unreadable(this.guest, error));
      this.retry.again();
    }
  }

  private async lookOrFail(only?: ReadonlySet<string>): Promise<void> {
    if (await this.observation.look(this.stop.signal, only)) this.publication.later();
    this.owner.looked();
    if (this.isRunning) this.observation.poll();
  }

  private readonly onRound: RoundListener = (round, announcement) => {
    const { guest, observation, services } = this;
    tellRound(round, announcement, { guest, observation, services, epoch: () => this.epoch });
  };
}
