import type { AnnounceMode, Guest, HeraldError, MigrationEvents, Snapshot } from '@nic-herald/core';
import { endOfTurn, pause } from '../announce/end-of-turn.js';
import { whenSetOff } from '../announce/when-set-off.js';
import type { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import { NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import type { GuestOwnership } from '../ownership/guest-ownership.js';
import { recognised } from '../residence/judge-stay.js';
import type { ResidenceFact } from '../residence/residence-step.js';
import type { Announcer } from './announcer.js';
import type { Armed, Arming } from './arming.js';
import type { EngineServices } from './engine-services.js';
import type { GuestHandoff } from './guest-handoff.js';
import type { GuestObservation } from './guest-observation.js';
import { hearLastWords } from './last-words.js';
import type { OwnedWork } from './owned-work.js';
import { planGuest } from './plan-guest.js';
import type { PreparedAnnouncement } from './prepared-announcement.js';
import { OWNERS_SOON_MS, readOwners } from './read-owners.js';

/** When a guest resumed, and whether no other could resume in the same turn. */
export interface Resume extends Pick<MigrationEvents['guest:resumed'], 'resumedAt' | 'readAt'> {
  readonly isAlone: boolean;
}

/** What an arrival works with. */
export interface ArrivalParts {
  readonly guest: Guest;
  readonly services: EngineServices;
  readonly handoff: GuestHandoff;
  readonly knowledge: GuestKnowledge;
  readonly observation: GuestObservation;
  readonly ownership: GuestOwnership;
  readonly announcer: Announcer;
  readonly work: OwnedWork;
  readonly signal: AbortSignal;
}

/** Where the guest that arrives stands, and what has to be done besides announcing it. */
export interface ArrivingGuest {
  readonly isRunning: boolean;
  /** Its epoch as known here. */
  readonly epoch: number;
  /** True where the hand-off was taken over. */
  readonly isJudged: boolean;
  take(fact: ResidenceFact): void;
  /** Looks at the cards; what fails is told, and tried again. */
  look(): Promise<void>;
  publish(): void;
  /** Tells what is wrong. */
  tell(problem: HeraldError): void;
  /** Does what has to be done for one that did not arrive in order, now or after a while. */
  catchUp(): Promise<void>;
  catchUpLater(): void;
}

/** How often it is looked whether the first frames of all guests are out, and how long that is waited for, ms. */
const WAIT_MS = 10;
const LONGEST_WAIT_MS = 2000;

/** The way of a guest from RESUME until all that is known of it is announced. */
export class GuestArrival {
  /** The newest arrival for which nothing lay ready; a newer one takes its place. */
  private unready: Arming | undefined;

  constructor(
    private readonly parts: ArrivalParts,
    private readonly owner: ArrivingGuest,
  ) {}

  /** The hot path: sends what lies ready; all else comes at the end of the turn. */
  receive(arming: Arming, resume: Resume): void {
    const { announcer, work } = this.parts;
    const { armed } = arming;
    const fired = armed && this.fire(armed.announcement, resume.isAlone);
    if (armed !== undefined) announcer.follow(armed.announcement);
    this.supersede();
    this.unready = armed === undefined ? arming : undefined;
    const { mode } = armed?.announcement ?? {};
    const areOut = fired === undefined ? this.framesAreOut(mode) : fired.then(() => this.framesAreOut(mode));
    const arrived = Promise.all([arming.finish(), areOut]).then(([made]) => {
      if (armed === undefined && this.unready !== arming) return undefined;
      return work.enqueue(() => this.arrive(made, armed !== undefined, resume));
    });
    work.follow(arrived);
  }

  /**
   * Sends at once; where the kernel is about to send, after it. Gives nothing where it sent before this returned.
   */
  private fire(announcement: PreparedAnnouncement, isAlone: boolean): Promise<void> | undefined {
    if (!announcement.leads.arePending) return void announcement.fire(isAlone);
    const { services, signal } = this.parts;
    return whenSetOff(announcement.leads, services.clock, signal).then(() => announcement.fire());
  }

  /** It is about to come once more, or has: what was not ready for the time before is of no use any more. */
  supersede(): void {
    if (this.unready !== undefined) this.parts.work.follow(this.unready.abandon());
    this.unready = undefined;
  }

  /**
   * Where many guests arrive together, what is looked at and published of one would stand in front of the first frames
   * of all; and what is found on its cards goes out after those anyway. Frames that are not sent hold up their own
   * guest alone.
   */
  private async framesAreOut(mode: AnnounceMode = 'announce'): Promise<void> {
    const { services, signal } = this.parts;
    const { clock, pacers } = services;
    const since = clock.elapsed();
    await endOfTurn(clock, signal);
    const mayWait = (): boolean =>
      this.owner.isRunning && !signal.aborted && clock.elapsed() - since < LONGEST_WAIT_MS;
    while ((pacers.announce.owesFirsts || pacers[mode].owesFirsts) && mayWait()) {
      await pause(clock, WAIT_MS, signal);
    }
  }

  /** The guest is announced once all that is known of it by now has left. */
  settleDebt(announcement: PreparedAnnouncement): void {
    const { signal, work } = this.parts;
    work.follow(
      announcement.run.whenCaughtUp().then((isOut) => {
        if (isOut && !signal.aborted && announcement.hasLeft()) this.owner.take({ is: 'announced' });
      }),
    );
  }

  /** After the resume: a new epoch, a look at the cards here, what they have beyond the hand-off, the report. */
  private async arrive(
    armed: Armed | undefined,
    wasFired: boolean,
    { resumedAt, readAt }: Resume,
  ): Promise<void> {
    const { announcer, guest, handoff, knowledge, observation, services, work } = this.parts;
    const { owner } = this;
    if (armed === undefined || !(owner.isRunning || wasFired)) {
      armed?.announcement.cancel();
      return owner.catchUp();
    }
    const { announcement, problems, awaitedSince } = armed;
    const known = armed.handoff && recognised(armed.handoff, { host: services.host, guest });
    if (known !== undefined && !wasFired) {
      announcement.cancel();
      return owner.take({ is: 'recognised', ...known });
    }
    const { run } = announcement;
    if (owner.isRunning) announcement.fire(); // where it was not ready in time
    handoff.last = armed.handoff ?? NO_HANDOFF;
    // Where it stopped again nothing is taken over: when it goes on, it is announced anew.
    const isRead = armed.handoff !== undefined && owner.isRunning;
    const epoch = Math.max(owner.epoch, handoff.last.epoch) + 1;
    const often = handoff.settled(epoch);
    owner.take({ is: 'taken', epoch, isRead });
    // Not awaited: the rounds last up to minutes, and the guest may change meanwhile.
    const origin = { cause: 'migration', epoch: owner.epoch, handoff: handoff.last } as const;
    const told = { problems: [...problems, ...often], resumed: { resumedAt, readAt } };
    work.follow(announcer.report(announcement, { ...origin, ...told }));
    if (!owner.isRunning) return announcement.cancel();
    if (isRead) knowledge.carry(handoff.last.newest, handoff.last.readAt);
    observation.injected(announcement); // before the port is read: our first frames are not the guest's
    const lastWords = this.hearLastWords(announcement, awaitedSince);
    try {
      await this.announceBeyond(announcement);
    } finally {
      this.settleDebt(announcement);
      const complete = (): void => void work.enqueue(async () => run.complete());
      work.follow(lastWords.finally(complete));
    }
    if (isRead) owner.publish();
    else owner.catchUpLater();
  }

  /** Looks at the cards and the ports here, and announces what was not announced yet. */
  private async announceBeyond(announcement: PreparedAnnouncement): Promise<void> {
    const { guest, knowledge, observation, services } = this.parts;
    await this.owner.look();
    const { owner, parts } = this;
    await readOwners(knowledge.evidence(), services, {
      signal: parts.signal,
      tell: (problem) => owner.tell(problem),
      about: 'unknown',
      limitMs: OWNERS_SOON_MS,
    });
    const evidence = knowledge.evidence();
    const planned = planGuest(guest, evidence, services, this.parts.ownership.judge(evidence));
    const { maxStations } = services.policy.forGuest(guest.identity);
    await announcement.addFrom(planned, maxStations);
    observation.injected(announcement);
  }

  private hearLastWords(announcement: PreparedAnnouncement, awaitedSince: number): Promise<void> {
    const { guest, handoff, services, signal, work } = this.parts;
    const primaryMacs = announcement.nics.map(({ plan }) => plan.nic.primaryMac);
    const take = (late: Snapshot): void => void work.enqueue(() => this.takeLast(announcement, late));
    return hearLastWords(
      {
        guest,
        handoff,
        heard: handoff.last,
        read: (fetched) =>
          handoff.read(fetched, { guestIs: 'incoming', primaryMacs, knownEpoch: 0, awaitedSince }),
      },
      services,
      signal,
      take,
    );
  }

  /** The source's last snapshot came after the resume. */
  private async takeLast(announcement: PreparedAnnouncement, snapshot: Snapshot): Promise<void> {
    if (!this.owner.isRunning || !this.owner.isJudged) return;
    this.parts.knowledge.carry(snapshot);
    await this.announceBeyond(announcement);
    this.owner.publish();
  }
}
