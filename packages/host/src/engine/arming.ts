import { asHeraldError, type CancelTimer, type Guest, type HeraldError } from '@nic-herald/core';
import { contentOfEntries } from '../handoff/guest-stores.js';
import { handedAt } from '../knowledge/handed-at.js';
import { matchNic } from '../knowledge/match-nic.js';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';
import { snapshotEvidence } from '../knowledge/snapshot-evidence.js';
import type { GuestOwnership, JudgedAs } from '../ownership/guest-ownership.js';
import type { Ownership } from '../ownership/ownership.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import type { ListedNic } from '../ports/listed-nic.js';
import { portOfBefore } from '../ports/port-of-before.js';
import { PortWatch } from '../ports/port-watch.js';
import { duplicateMacs } from './duplicate-macs.js';
import type { EngineServices } from './engine-services.js';
import type { GuestHandoff } from './guest-handoff.js';
import type { GuestPorts } from './guest-ports.js';
import { listNics } from './list-nics.js';
import { Pace } from './pace.js';
import { PacedWork } from './paced-work.js';
import { planGuest, timingFor } from './plan-guest.js';
import { PreparedAnnouncement, type RoundListener } from './prepared-announcement.js';
import { OWNERS_SOON_MS, readOwners, UNREAD } from './read-owners.js';
import { risingPause } from './rising-pause.js';
import { sealFrom } from './seal-from.js';
import { SelfAnnouncementWatch } from './self-announcement-watch.js';

/** Pause before trying again where the hand-off or the guest did not answer, ms. */
const RETRY_MS = 1000;
/** An announcement is made anew so many times within the time for which what is known counts. */
const MADE_PER_AGE = 3;

/** Everything made ready for a guest that is about to come. */
export interface Armed {
  readonly announcement: PreparedAnnouncement;
  /** What the hand-off said; absent where it could not be read. */
  readonly handoff?: HandoffReading;
  /** Since when the guest is awaited, ms since 1970 UTC: what left its source since then does not age. */
  readonly awaitedSince: number;
  /** What went wrong while making ready; the announcement's own faults are not among them. */
  readonly problems: readonly HeraldError[];
}

/** The guest that comes, and what is known of it. */
export interface ComingGuest {
  readonly guest: Guest;
  readonly handoff: GuestHandoff;
  readonly ownership: GuestOwnership;
  readonly ports: GuestPorts;
}

/** What lies ready was made of this evidence, with these verdicts on it. */
interface Judged {
  readonly evidence: readonly NicEvidence[];
  readonly as: JudgedAs;
  readonly verdicts: string;
}

/** Who is told of what is made ready. */
export interface ArmingListener {
  armed(armed: Armed): void;
  /** The hand-off was read; false where the guest is not to come, and nothing is made ready any more. */
  read(handoff: HandoffReading): boolean;
  /** Nothing could be made ready, for a reason nobody foresaw. */
  failed(error: unknown): void;
  readonly round: RoundListener;
}

/**
 * Keeps an announcement ready for a guest that waits for its migration, and makes it anew whenever the
 * hand-off changes, and now and then besides, since what it is made of grows older. The one before stays ready until
 * the new one is. The guest's own devices are not read: before it runs they hold defaults.
 */
export class Arming {
  private current: Armed | undefined;
  private judged: Judged | undefined;
  private readonly making: PacedWork;
  /** The NICs as the guest told them last; absent where a port was not answered. */
  private listed: readonly ListedNic[] | undefined;
  /** The guest is asked for its NICs the next time. */
  private isListDue = true;
  /** What the hand-off said when `current` was made. */
  private said: string | undefined;
  private closed = false;
  private retry: CancelTimer | undefined;
  /** How often in a row a port was not told of. */
  private unanswered = 0;
  private readonly portWatch: PortWatch;
  private readonly selfAnnouncement: SelfAnnouncementWatch;
  /** Since when the guest is awaited, ms since 1970 UTC. */
  private readonly awaitedSince: number;
  private readonly gaveUp = new AbortController();
  private readonly signal: AbortSignal;
  private readonly unwatch: () => void;

  constructor(
    private readonly of: ComingGuest,
    private readonly services: EngineServices,
    signal: AbortSignal,
    private readonly listener: ArmingListener,
  ) {
    const { clock } = services;
    this.making = new PacedWork(clock, new Pace(clock), () => this.makeOrTell());
    this.signal = AbortSignal.any([signal, this.gaveUp.signal]);
    this.selfAnnouncement = new SelfAnnouncementWatch(of.guest, clock);
    this.awaitedSince = of.guest.startedAt ?? clock.now();
    this.portWatch = new PortWatch(
      services.ports,
      services.clock,
      () => this.refresh(),
      (error) => listener.failed(error), // a port that is not watched is still looked at now and then
    );
    const unwatches = [
      of.handoff.stores.watch(() => this.making.request()), // the NICs are what they were
      services.sinkWatch.onReady(() => this.refresh()), // what was made ready meanwhile has no way
    ];
    this.unwatch = () => {
      for (const unwatch of unwatches) unwatch();
    };
    this.refresh();
  }

  /** What is ready now; absent until the first plan is. */
  get armed(): Armed | undefined {
    return this.current;
  }

  /** Makes ready anew, now or as its pace allows. Calls until then are served by one making. */
  refresh(): void {
    this.isListDue = true;
    this.making.request();
  }

  /** Makes nothing anew any more. Gives what is ready; where nothing is yet, what is being made. */
  async finish(): Promise<Armed | undefined> {
    const done = this.still();
    this.portWatch.hush();
    if (this.current === undefined) await done;
    return this.current;
  }

  /** Gives up: nothing will be fired. Resolves when nothing is under way any more. */
  async abandon(): Promise<void> {
    const done = this.still();
    this.portWatch.stop();
    this.gaveUp.abort();
    this.current?.announcement.cancel();
    await done;
  }

  /** Resolves when what is being made is made. */
  private still(): Promise<void> {
    this.closed = true;
    this.retry?.();
    this.unwatch();
    return this.making.close();
  }

  /** Makes ready anew where what was seen meanwhile says that something is another's, or no longer. Never rejects. */
  async reconsider(): Promise<void> {
    const { judged } = this;
    if (judged === undefined || this.closed) return;
    await this.of.ownership.freshen(judged.evidence);
    if (this.judged !== judged) return;
    const { evidence, as, verdicts } = judged;
    if (this.verdictsOn(evidence, this.of.ownership.judge(evidence, as)) !== verdicts) this.refresh();
  }

  /** What of the guest's claims is another's, but for the ages. */
  private verdictsOn(evidence: readonly NicEvidence[], judgement: Ownership): string {
    const elsewhere = [...this.of.ownership.elsewhereOf(evidence, judgement)];
    return JSON.stringify(elsewhere.map(([nic, all]) => [nic, all.map(({ ageMs: _, ...each }) => each)]));
  }

  private async makeOrTell(): Promise<void> {
    try {
      await this.make();
    } catch (error) {
      if (!this.closed) this.listener.failed(error);
    }
  }

  /** True where what is being made is of no use any more. */
  private isMoot(): boolean {
    return this.signal.aborted || (this.closed && this.current !== undefined);
  }

  /** Whether what was read now is less than what lies ready was made of: the store or the guest did not answer. */
  private knowsLess(handoff: HandoffReading | undefined, nics: readonly ListedNic[] | undefined): boolean {
    if (this.current === undefined) return false;
    if (nics === undefined) return true;
    const before = this.current.handoff?.newest;
    if (before === undefined) return false;
    if (handoff === undefined) return true;
    return handoff.newest === undefined && handoff.unreadable.includes(before.host);
  }

  private async make(): Promise<void> {
    const { services, signal } = this;
    const { guest, ownership } = this.of;
    const problems: HeraldError[] = [];
    const attempt = async <T>(
      code: HeraldError['code'],
      message: string,
      work: () => Promise<T>,
    ): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        problems.push(asHeraldError(error, code, message));
        return undefined;
      }
    };
    const known = this.isListDue ? undefined : this.listed;
    this.isListDue = false;
    const [fetched, nics] = await Promise.all([
      attempt('HERALD_HANDOFF_FAILED', UNREAD, async () => ({
        entries: await this.of.handoff.fetch(true),
      })),
      known ??
        attempt('HERALD_GUEST_UNREADABLE', 'the guest does not tell its NICs', () =>
          listNics(guest, services, signal),
        ),
      known === undefined ? this.selfAnnouncement.look(signal) : undefined,
    ]);
    if (this.isMoot()) return;
    const { refusal } = this.selfAnnouncement;
    if (refusal !== undefined) this.current?.announcement.leads.take({ unwanted: true });
    const said = fetched && contentOfEntries(fetched.entries?.entries);
    if (known !== undefined && said !== undefined && said === this.said) return; // it changed, and says the same
    this.retry?.();
    const lastKnown = this.current?.announcement.nics.map(({ plan }) => plan.nic) ?? [];
    const present = (nics ?? []).map((nic) => portOfBefore(nic, lastKnown));
    const areAnswered = nics?.every(({ isPortUnanswered }) => !isPortUnanswered) ?? true;
    this.unanswered = areAnswered ? 0 : this.unanswered + 1;
    this.listed = areAnswered ? nics : undefined;
    // Made again, or attached elsewhere, while the guest is awaited: what lies ready would go nowhere.
    if (!this.closed && nics !== undefined) this.portWatch.follow(present);
    const { awaitedSince } = this;
    const primaryMacs = present.map(({ primaryMac }) => primaryMac);
    const view = { guestIs: 'incoming', primaryMacs, knownEpoch: 0, awaitedSince } as const;
    const handoff = fetched && this.of.handoff.read(fetched.entries, view);
    if (this.knowsLess(handoff, nics)) {
      this.retry = services.clock.setTimer(RETRY_MS, () => this.refresh());
      return; // what is ready stays: it was made of more
    }
    if (handoff !== undefined && !this.closed && !this.listener.read(handoff)) return;
    const handed = present.map((nic) =>
      snapshotEvidence(nic, matchNic(nic, present, handoff?.newest), services.models),
    );
    problems.push(...(handoff?.problems ?? []), ...duplicateMacs(present));
    problems.push(...handed.flatMap(({ problem }) => (problem === undefined ? [] : [problem])));
    const evidence = handed.map((each) => each.evidence);
    const [areOwnersKnown] = await Promise.all([
      readOwners(evidence, services, {
        signal,
        about: 'unanswered',
        limitMs: OWNERS_SOON_MS,
        tell: (problem) => problems.push(problem),
      }),
      ownership.freshen(evidence),
      ownership.look(evidence, { signal }),
    ]);
    if (this.isMoot()) return;
    const as = { agesAt: handedAt(handoff, services.clock) };
    const judgement = ownership.judge(evidence, as);
    this.judged = { evidence, as, verdicts: this.verdictsOn(evidence, judgement) };
    const planned = planGuest(guest, evidence, services, judgement);
    const timing = timingFor(planned.plans, services.policy.forGuest(guest.identity).timing);
    const { listener } = this;
    const { ports } = this.of;
    const seal = sealFrom(handoff, services.host);
    const occasion = { guest, cause: 'migration', timing, ports, onRound: listener.round, seal } as const;
    const announcement = await PreparedAnnouncement.prepare(planned, occasion, services);
    if (this.isMoot()) return announcement.cancel();
    // The guest may run already where it is being waited for.
    if (!this.closed) announcement.arm(this.current?.announcement, refusal);
    this.current?.announcement.cancel();
    this.said = said;
    this.current = {
      announcement,
      awaitedSince,
      ...(handoff === undefined ? {} : { handoff }),
      problems: [...problems, ...planned.faults],
    };
    if (this.closed) return; // it is being waited for
    announcement.company.armed();
    this.listener.armed(this.current);
    const isComplete = handoff !== undefined && nics !== undefined && areOwnersKnown;
    const laterMs = isComplete ? this.of.handoff.maxAgeMs / MADE_PER_AGE : RETRY_MS;
    const pauseMs = areAnswered ? laterMs : Math.min(laterMs, risingPause(this.unanswered));
    this.retry = services.clock.setTimer(pauseMs, () => this.refresh());
  }
}
