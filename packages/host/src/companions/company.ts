import {
  type AccompaniedAnnouncement,
  type AnnouncementCompanion,
  type CancelTimer,
  type Clock,
  type FrameChannel,
  type FrameDirection,
  HeraldError,
  type MigrationReport,
} from '@nic-herald/core';
import type { AccompaniedNic, AnnouncementSeal, RoundReport } from '@nic-herald/core/internal';
import type { GuestChannels } from '../announce/channel-set.js';
import type { NicChannel } from '../announce/sink-registry.js';
import { Attendance, type Happening } from './attendance.js';
import { guardedChannel } from './guarded-channel.js';
import { SharedAsking } from './shared-asking.js';

/** How long the first report waits for what its companions say, ms: a guest's answers to queries take 30 to 130. */
const FIRST_REPORT_MS = 500;
/** How long companions have for their last word once the announcement was cancelled, ms. */
const CANCELLED_MS = 1000;
/** Least pause between two revisions of a report, ms. */
const REVISION_PAUSE_MS = 1000;

/** The announcement that is accompanied. */
export interface CompanySubject
  extends Pick<AccompaniedAnnouncement, 'id' | 'guest' | 'cause' | 'timing' | 'multicastReports'> {
  readonly channels: GuestChannels;
  readonly seal?: AnnouncementSeal | undefined;
}

/** What all companions say of an announcement so far. */
export interface CompanyWord {
  readonly sections: Readonly<Record<string, unknown>>;
  readonly faults: readonly HeraldError[];
}

/**
 * The companions of one announcement. What happens is noted at once, which costs nothing, and told at the end of the
 * turn, in order, when the frames of that moment are out. Nothing waits for it but the first report, for half a second.
 */
export class Company {
  private readonly members: readonly Attendance[];
  private nics: readonly AccompaniedNic[] = [];
  private untold: (Happening | 'begin')[] = [];
  private cancelTelling: CancelTimer | undefined;
  private hasFired = false;
  private isShut = false;
  /** The host lets go of the guest: nothing is put off any more. */
  private isHurried = false;
  private isClosed = false;
  private wake: () => void = () => {};
  private revise: ((word: CompanyWord) => void) | undefined;
  /** Something was said that no report has yet. */
  private isUnreported = false;
  private revisedAt = Number.NEGATIVE_INFINITY;
  private cancelRevision: CancelTimer | undefined;
  private cancelGrace: CancelTimer | undefined;
  /** Ways that are asked for now, by direction and NIC: companions may ask as often as they like. */
  private readonly ways = new Map<string, Promise<NicChannel>>();
  private readonly counts: SharedAsking<Awaited<ReturnType<CompanySubject['multicastReports']>>>;
  private tellClosed: () => void = () => {};
  /** Settles when nothing more will come of it. */
  readonly closed: Promise<void>;

  constructor(
    companions: readonly AnnouncementCompanion[],
    private readonly subject: CompanySubject,
    private readonly clock: Clock,
  ) {
    this.counts = new SharedAsking(() => subject.multicastReports());
    const listener = { changed: () => this.changedSection(), settled: () => this.settledMember() };
    this.members = companions.map((companion) => new Attendance(companion, clock, listener));
    this.closed = new Promise((resolve) => {
      this.tellClosed = resolve;
    });
  }

  /** The announcement lies ready: its companions are asked whether they take part. */
  begin(nics: readonly AccompaniedNic[]): void {
    this.nics = nics;
    this.note('begin');
  }

  /** It waits for its guest. */
  armed(): void {
    this.note({ is: 'armed' });
  }

  /** The first frames are out. Quick: called on the hot path, as is `round`. */
  fired(): void {
    if (this.hasFired || this.isShut) return;
    this.hasFired = true;
    this.note({ is: 'fired' });
  }

  /** A round is out; the first may be before `fired` is called. */
  round(round: RoundReport): void {
    this.fired();
    this.note({ is: 'round', with: round });
  }

  /** More is known of its NICs. */
  changed(nics: readonly AccompaniedNic[]): void {
    this.nics = nics;
    this.note({ is: 'changed', with: nics });
  }

  /** It is called off, or its guest stopped: from this moment nothing of a companion leaves. */
  cancel(): void {
    if (this.isShut || this.isClosed) return;
    this.isShut = true;
    this.note({ is: 'cancelled' });
    if (!this.hasFired) this.note({ is: 'close' });
    else this.cancelGrace = this.clock.setTimer(CANCELLED_MS, () => this.close());
  }

  /** The host lets go of its guest: companions hear the rest at once, and nothing waits for them any more. */
  hurry(): void {
    this.isHurried = true;
    this.cancel();
    this.tell();
    this.wake();
    if (this.revise !== undefined) this.close();
  }

  /** All is sent, and this is the report. Resolves with what its companions say at once or soon. Never rejects. */
  async over(report: MigrationReport): Promise<CompanyWord> {
    this.note({ is: 'over', with: report });
    if (this.isHurried) this.tell();
    else await this.settled();
    for (const member of this.members) member.count();
    this.isUnreported = false;
    return this.word;
  }

  /** Hands over every later word, and closes once there can be none. To be called after `over`. */
  follow(revise: (word: CompanyWord) => void): void {
    this.revise = revise;
    if (this.isUnreported) this.changedSection();
    this.settledMember();
    if (this.isHurried) this.close();
  }

  /** Nothing that a companion says counts any more; what was said and is not told yet is told. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isShut = true;
    this.untold = [];
    this.cancelTelling?.();
    this.cancelGrace?.();
    for (const member of this.members) member.close();
    if (this.cancelRevision !== undefined) this.tellRevision();
    this.wake();
    this.tellClosed();
  }

  private get word(): CompanyWord {
    const said = this.members.flatMap(({ name, section }) =>
      section === undefined ? [] : [[name, section.value] as const],
    );
    return {
      sections: Object.fromEntries(said),
      faults: this.members.flatMap(({ fault }) => (fault === undefined ? [] : [fault])),
    };
  }

  private note(happening: Happening | 'begin'): void {
    if (this.isClosed || this.members.length === 0) return;
    this.untold.push(happening);
    this.cancelTelling ??= this.clock.setTimer(0, () => this.tell());
  }

  private tell(): void {
    this.cancelTelling?.();
    this.cancelTelling = undefined;
    for (let next = this.untold.shift(); next !== undefined; next = this.untold.shift()) {
      if (next === 'begin') for (const member of this.members) member.begin(this.seenBy(member));
      else if (next.is === 'close') this.close();
      else for (const member of this.members) member.hear(next);
    }
  }

  private get hasSettled(): boolean {
    return this.isClosed || this.members.every(({ hasSettled }) => hasSettled);
  }

  /** Resolves when all have said their last, or the first report must not wait any longer. */
  private settled(): Promise<void> {
    if (this.hasSettled) return Promise.resolve();
    let cancelTimer: CancelTimer = () => {};
    return new Promise<void>((resolve) => {
      this.wake = resolve;
      cancelTimer = this.clock.setTimer(FIRST_REPORT_MS, resolve);
    }).finally(() => cancelTimer());
  }

  private settledMember(): void {
    if (!this.hasSettled) return;
    this.wake();
    // A revision that is due closes it.
    if (this.revise !== undefined && this.cancelRevision === undefined) this.close();
  }

  private changedSection(): void {
    this.isUnreported = true;
    if (this.revise === undefined || this.cancelRevision !== undefined) return;
    const pauseMs = Math.max(0, this.revisedAt + REVISION_PAUSE_MS - this.clock.elapsed());
    this.cancelRevision = this.clock.setTimer(pauseMs, () => {
      this.tellRevision();
      this.settledMember();
    });
  }

  private tellRevision(): void {
    this.cancelRevision?.();
    this.cancelRevision = undefined;
    this.revisedAt = this.clock.elapsed();
    this.revise?.(this.word);
  }

  private seenBy(member: Attendance): AccompaniedAnnouncement {
    const { id, guest, cause, timing, channels, seal } = this.subject;
    const nics = (): readonly AccompaniedNic[] => this.nics;
    return {
      id,
      guest,
      cause,
      timing,
      mode: channels.mode,
      ...(seal !== undefined && { seal }),
      get nics() {
        return nics();
      },
      openChannel: (nic, direction) => this.open(nic, direction, member),
      multicastReports: () => this.counts.now(),
      report: (section) => member.report(section),
    };
  }

  private async open(nic: string, direction: FrameDirection, member: Attendance): Promise<FrameChannel> {
    const known = this.nics.find(({ plan }) => plan.nic.id === nic);
    if (known === undefined) {
      throw new HeraldError('HERALD_NIC_UNKNOWN', `${nic} is no NIC of this announcement`, {
        details: { nic },
      });
    }
    const isShut = (): boolean => this.isShut || member.isOut;
    // What is opened now would stay open for as long as the host has the guest.
    if (isShut()) throw new HeraldError('HERALD_CANCELLED', `the announcement is over: ${nic} stays closed`);
    const way = await this.way(known, direction);
    if (!('channel' in way)) throw way.problem;
    return guardedChannel(way.channel, isShut);
  }

  private way({ plan }: AccompaniedNic, direction: FrameDirection): Promise<NicChannel> {
    const key = `${direction} ${plan.nic.id}`;
    const asked = this.ways.get(key) ?? this.subject.channels.for(plan.nic, direction);
    if (!this.ways.has(key)) {
      this.ways.set(key, asked);
      const over = (): void => void this.ways.delete(key);
      asked.then(over, over);
    }
    return asked;
  }
}
