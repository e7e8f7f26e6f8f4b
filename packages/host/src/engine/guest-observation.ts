import {
  type AnnouncePolicy,
  DEFAULT_GUEST_POLICY,
  type Guest,
  type GuestPolicy,
  HeraldError,
  type LearnedStation,
  type MulticastReports,
} from '@nic-herald/core';
import { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import { GuestLearning } from '../learn/guest-learning.js';
import { HeardSince, type ReadAtPorts } from '../learn/heard-since.js';
import type { GuestOwnership } from '../ownership/guest-ownership.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import type { ListedNic } from '../ports/listed-nic.js';
import { portOfBefore } from '../ports/port-of-before.js';
import type { GuestStanding } from '../service/guest-census.js';
import type { Announcer } from './announcer.js';
import { CardWatch } from './card-watch.js';
import type { EngineServices } from './engine-services.js';
import { evidenceWarnings } from './evidence-warnings.js';
import type { ReportCounts } from './guest-ports.js';
import type { GuestWarnings } from './guest-warnings.js';
import { listNics } from './list-nics.js';
import { ObservationPace } from './observation-pace.js';
import { PortlessNics } from './portless-nics.js';
import type { PreparedAnnouncement } from './prepared-announcement.js';
import { doubtfulMacs } from './read-owners.js';

/** A port that could not be found in time is looked for again after this time, ms. */
const UNANSWERED_PORT_MS = 5000;
/** The networks are surveyed more often than this, ms: a mere look at the ports need not look at them again. */
const SURVEYED_FOR_MS = 5000;
/** How old it may be what is known of who owns this guest's MACs, ms. */
const OWNERS_AGE_MS = 5000;

/** A policy that fails costs its guest the announcement, and is told of there; what is known must not suffer. */
const boundsOf = (policy: AnnouncePolicy, guest: Guest): GuestPolicy => {
  try {
    return policy.forGuest(guest.identity);
  } catch {
    return DEFAULT_GUEST_POLICY;
  }
};

/** What was read at the ports, and when that began, by `Clock.elapsed`. */
interface Reading {
  readonly seen: ReadAtPorts;
  readonly begunAt: number;
}

/** Where the knowledge of one guest comes from: its cards, and what its ports learned. */
export class GuestObservation {
  readonly knowledge: GuestKnowledge;
  /** Resolves once the guest is learned at, at every port where that is possible; or its NICs could not be listed. Never rejects. */
  readonly learningBegun: Promise<void>;
  private readonly learning: GuestLearning;
  private readonly cards: CardWatch;
  private readonly portless: PortlessNics;
  private readonly heardSince = new HeardSince();
  private readonly pace: ObservationPace;
  /** Whether it uses a MAC that may be another's. */
  private hasDoubtful = false;
  private begun: () => void = () => {};
  /** As they were told last, each with the port that was found last where that was not answered. */
  private listed: readonly ListedNic[] = [];
  private listedAt = Number.NEGATIVE_INFINITY;
  /** Learning begins at the ports that were listed first. */
  private beginning: Promise<void> | undefined;
  private hasBegun = false;

  constructor(
    private readonly guest: Guest,
    private readonly services: EngineServices,
    private readonly warnings: GuestWarnings,
    private readonly announcer: Pick<Announcer, 'underWay'>,
    private readonly ownership: GuestOwnership,
    /** Calls for a look at some cards, or at all. Never rejects. */
    private readonly lookAt: (nics?: ReadonlySet<string>) => Promise<void>,
  ) {
    const { clock, models, policy, learners, otherGuests } = services;
    this.pace = new ObservationPace(() => boundsOf(policy, guest).learnedMaxAgeMs);
    this.knowledge = new GuestKnowledge(
      guest,
      models,
      clock,
      (signal) => this.list(signal),
      () => boundsOf(policy, guest),
      {
        ownedByOthers: (own) => otherGuests.ownedByOthers(guest, own),
        isOwnerKnown: (mac) => otherGuests.isOwnerKnown(mac),
        elsewhere: (evidence) => ownership.elsewhereOf(evidence),
      },
    );
    this.learning = new GuestLearning(learners, clock, (problem) => warnings.tell(problem));
    this.cards = new CardWatch(clock, lookAt);
    this.portless = new PortlessNics(guest, warnings);
    this.learningBegun = new Promise((resolve) => {
      this.begun = resolve;
    });
  }

  /** The NICs of a guest that is awaited: begins to learn at their ports, and tells of those without one. */
  awaits(nics: readonly ListedNic[]): void {
    this.listed = nics;
    this.portless.listed(nics);
    void this.attend(nics);
  }

  /** How many NICs have a port, and how it is learned there. */
  get standing(): Pick<GuestStanding, 'nics' | 'learning'> {
    return { nics: this.portless.counts, learning: this.learning.ports };
  }

  /** Begins to learn at the ports of these NICs. */
  private async attend(nics: readonly ListedNic[]): Promise<void> {
    await this.learning.attend(nics);
    this.hasBegun = true;
    this.begun();
  }

  /**
   * The guest's NICs as it tells them now; those without a port are told of. When they are first told, learning begins at their ports at once: to read the cards
   * takes a while, and the guest goes on speaking. Rejects where it does not tell them.
   */
  async list(signal: AbortSignal): Promise<readonly ListedNic[]> {
    try {
      const listed = await listNics(this.guest, this.services, signal);
      const nics = listed.map((nic) => portOfBefore(nic, this.listed));
      this.listed = nics;
      if (!signal.aborted) this.portless.listed(nics);
      this.listedAt = this.services.clock.elapsed();
      this.beginning ??= this.attend(nics);
      return nics;
    } catch (error) {
      this.begun();
      throw error;
    }
  }

  /** The guest changed the filter of a NIC; without one, NICs came or went. */
  changed(nic?: string): void {
    this.cards.changed(nic);
  }

  /** Looks at the cards and reads the ports. True where there is news. Rejects where the guest does not answer. */
  async look(signal: AbortSignal, only?: ReadonlySet<string>): Promise<boolean> {
    const areListed = this.areListed(only);
    const isOfPorts = areListed && only?.size === 0;
    const { changed, problems } = isOfPorts
      ? { changed: false, problems: [] }
      : await this.knowledge.refresh(signal, only, { areListed });
    for (const problem of problems) this.warnings.tell(problem);
    const { otherGuests, hostTwins } = this.services;
    otherGuests.present(this.guest, this.knowledge.primaryMacs);
    void hostTwins.look();
    if (!isOfPorts)
      for (const warning of evidenceWarnings(this.knowledge.evidence())) this.warnings.tell(warning);
    const reading = await this.readPorts();
    const isSilent = this.isSilent(reading);
    this.pace.read(isSilent && !changed);
    if (isOfPorts && isSilent && this.pace.mayBeLeft) {
      this.ownership.silent(reading.seen.keys());
      return false;
    }
    const learned = await this.makeUseOf(reading, { signal, freshMs: isOfPorts ? SURVEYED_FOR_MS : 0 });
    void this.askOwners(signal);
    return changed || learned;
  }

  /** Whether the NICs of these ids, and where their ports are, were told a moment ago. */
  private areListed(only: ReadonlySet<string> | undefined): boolean {
    const { clock } = this.services;
    const known = new Set(this.knowledge.descriptors.map(({ id }) => id));
    return (
      only !== undefined &&
      [...only].every((id) => known.has(id)) &&
      this.knowledge.hasLooked &&
      !this.portless.areUnanswered &&
      this.learning.isWell &&
      clock.elapsed() - this.listedAt < this.pace.listedMs
    );
  }

  /** Asks whose the MACs are that it uses; where that is news, all is looked at once more. Never rejects. */
  private async askOwners(signal: AbortSignal): Promise<void> {
    const { otherGuests } = this.services;
    const doubtful = doubtfulMacs(this.knowledge.evidence());
    this.hasDoubtful = doubtful.size > 0;
    const foreign = (): string => {
      const others = otherGuests.ownedByOthers(this.guest, this.knowledge.primaryMacs);
      return [...doubtful].filter((mac) => others.has(mac)).join();
    };
    const before = foreign();
    await otherGuests.askIfOlder(OWNERS_AGE_MS, doubtful, signal);
    if (!signal.aborted && foreign() !== before) await this.lookAt(new Set()); // no card need be read again
  }

  /** Reads the ports and their networks; the guest is not asked. True where there is news. */
  async learn(): Promise<boolean> {
    return this.makeUseOf(await this.readPorts());
  }

  private async readPorts(): Promise<Reading> {
    // One that stops before its NICs were listed here is read at the ports that were attended for it.
    if (this.beginning !== undefined && !this.hasBegun) await this.beginning;
    else if (this.knowledge.hasLooked) await this.learning.attend(this.knowledge.descriptors);
    this.tellInjected();
    const begunAt = this.services.clock.elapsed();
    return { begunAt, seen: await this.learning.read() };
  }

  /** Takes what was read, and looks at the networks where that was not done within `freshMs`. True where there is news. */
  private async makeUseOf(
    { seen, begunAt }: Reading,
    look: Parameters<GuestOwnership['look']>[1] = {},
  ): Promise<boolean> {
    const { maxStations } = boundsOf(this.services.policy, this.guest);
    for (const [nic, { length }] of seen)
      if (length > maxStations) this.warnings.tell(overflow(nic, maxStations));
    this.knowledge.take(seen);
    this.heardSince.used(seen, begunAt);
    await this.ownership.look(this.heard(seen), look);
    return this.knowledge.reconsider();
  }

  /**
   * Whether it said nothing since a reading was last used, and no other is known to have what it claims: what is
   * known of it is then the same, only older.
   */
  private isSilent({ seen }: Reading): boolean {
    const { clock } = this.services;
    return (
      !this.hasDoubtful && this.ownership.isUndisputed && this.heardSince.isSilent(seen, clock.elapsed())
    );
  }

  /** Reads the ports for another guest that wants to know what this one was heard to use. True where there is news. Never rejects. */
  async hear(): Promise<boolean> {
    const seen = await this.learning.read();
    const isNews = this.knowledge.observe(seen);
    this.heard(seen);
    return isNews;
  }

  /** Looks at the networks that its ports are in. True where there is news. Never rejects. */
  async survey(signal?: AbortSignal): Promise<boolean> {
    const isNews = await this.ownership.look(this.knowledge.evidence(), { signal });
    return isNews && this.knowledge.reconsider();
  }

  /** Lets the guests beside it know; gives the evidence of now. */
  private heard(seen: ReadonlyMap<string, readonly LearnedStation[]>): readonly NicEvidence[] {
    const evidence = this.knowledge.evidence();
    this.ownership.heard(seen.keys(), evidence);
    return evidence;
  }

  /** Reads what the guest told of its multicast groups so far. */
  async countReports(): Promise<ReportCounts> {
    const counts = new Map<string, readonly MulticastReports[]>();
    for (const nic of (await this.learning.read()).keys()) {
      const reports = this.learning.reports(nic);
      if (reports !== undefined) counts.set(nic, reports);
    }
    return counts;
  }

  /** Calls for the next look at what no event tells of. */
  poll(): void {
    const polls = new Map(this.knowledge.polls());
    const calls = [
      ...(this.learning.isActive ? [this.pace.readMs] : []),
      ...(this.portless.areUnanswered ? [UNANSWERED_PORT_MS] : []),
    ];
    for (const pollMs of calls) if (!polls.has(pollMs)) polls.set(pollMs, new Set());
    this.cards.poll(polls);
  }

  /** Tells the learners of all that is on its way: the frames of a round may take a while. */
  tellInjected(): void {
    for (const announcement of this.announcer.underWay) this.injected(announcement);
  }

  /** Tells the learners what nic-herald itself just sent. */
  injected({ sent }: Pick<PreparedAnnouncement, 'sent'>): void {
    for (const { nic, stations } of sent) {
      this.learning.injected(nic, stations);
      this.ownership.injected(nic, stations);
    }
  }

  /** Calls for no look any more; it is closed soon. */
  still(): void {
    this.cards.close();
    this.learning.leaveSoon();
  }

  /** Stops learning. */
  close(): Promise<void> {
    this.begun();
    this.services.otherGuests.gone(this.guest);
    return this.learning.close();
  }
}

const overflow = (nic: string, most: number): HeraldError =>
  new HeraldError(
    'HERALD_STATIONS_OVERFLOW',
    `${nic}: the guest sends from more stations than the ${most} its policy lets it have: of those that no card lists, the longest unseen are not announced`,
    { details: { nic, maxStations: most } },
  );
