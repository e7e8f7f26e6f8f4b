import type {
  AccompaniedAnnouncement,
  Accompaniment,
  AnnounceRequest,
  CancelTimer,
  Clock,
  GuestNotes,
  HeraldHost,
  MigrationReport,
} from '@nic-herald/core';
import type { AccompaniedNic, ProofSection } from '@nic-herald/core/internal';
import { likeliestCause } from './likeliest-cause.js';
import { NicWatch } from './nic-watch.js';
import type { PortSight } from './port-sight.js';
import { isMissing, proofSection } from './proof-section.js';
import { stopTime } from './stop-time.js';
import { wallAhead } from './wall-ahead.js';
import { witnessSummary } from './witness-summary.js';
import { WitnessWords } from './witness-words.js';

/** When what came is read, ms after the guest runs; then each second after that. */
const READ_AT_MS = [20, 100, 300, 1000];
const READ_EVERY_MS = 1000;
/** When the bridge is asked, ms after the guest runs; then every five seconds while something is missing there. */
const LOOK_AT_MS = [100, 1000];
const LOOK_EVERY_MS = 5000;
/** By then what crosses the network has crossed it, and the host that the guest left has said so, ms. */
const SETTLED_MS = 5000;
/** By then the host that the guest left has said when it stopped it, ms after the guest runs; it is not waited for longer. */
const STOP_KNOWN_MS = 2000;
/** When what is provably not there is announced again, ms after the guest runs: twice at most. */
const REPEAT_AT_MS = [3000, 10_000];
/** How it is announced then: a switch that lost the first frame gets a second one. */
const REPEAT_TIMING = { rounds: 2, initialMs: 100 };
/** So often the section is reported before the last word. */
const MOST_REPORTS = 6;

/** Whether the stations of one guest that was announced are back. */
export class GuestProof implements Accompaniment {
  private readonly nics = new Map<string, NicWatch>();
  private report: MigrationReport | undefined;
  private ranAt: number | undefined;
  /** Time of day less `Clock.elapsed` when the guest began to run here: it may be set afterwards. */
  private wallAheadMs: number | undefined;
  private lookedAfterMs = Number.NEGATIVE_INFINITY;
  private looking: { readonly everywhere: boolean; readonly done: Promise<void> } | undefined;
  private cancelTimer: CancelTimer = () => {};
  private last: ((section: ProofSection | undefined) => void) | undefined;
  private repeats = 0;
  private reportsLeft = MOST_REPORTS;
  private said = '';
  /** What the last judgement was made of: with many stations one takes long, and in most seconds there is nothing new. */
  private judged = '';
  private readonly witness: WitnessWords;
  private stop: { readonly reason: string } | undefined;

  constructor(
    private readonly announcement: AccompaniedAnnouncement,
    private readonly sight: PortSight,
    private readonly clock: Clock,
    private readonly windowMs: number,
    notes: GuestNotes,
    private readonly host: Pick<HeraldHost, 'announce'>,
  ) {
    this.witness = new WitnessWords(announcement.guest, announcement.seal, notes, clock);
    this.changed(announcement.nics);
  }

  fired(): void {
    if (this.stop !== undefined) return;
    this.ranAt = this.clock.elapsed();
    this.wallAheadMs = wallAhead(this.clock);
    for (const nic of this.nics.values()) nic.guestRuns();
    this.witness.watch(() => void this.judge());
    this.wait(0);
  }

  changed(nics: readonly AccompaniedNic[]): void {
    if (this.stop !== undefined) return; // nothing would close what is opened now
    for (const nic of nics) {
      const known = this.nics.get(nic.plan.nic.id);
      if (known !== undefined) known.change(nic);
      else this.add(nic);
    }
  }

  cancelled(): void {
    this.finish('stopped');
  }

  over(report: MigrationReport): Promise<ProofSection | undefined> {
    this.report = report;
    return new Promise((resolve) => {
      this.last = resolve;
      const isWaiting = this.since !== undefined && [...this.nics.values()].some((nic) => nic.hasStations);
      if (this.stop !== undefined || !isWaiting) this.finish(this.stop?.reason ?? 'quiet');
      else void this.lookNow(true).then(() => this.judge());
    });
  }

  close(): void {
    this.finish('stopped');
  }

  private add(nic: AccompaniedNic): void {
    const watch = new NicWatch(nic, this.sight, this.clock, this.witness);
    this.nics.set(watch.id, watch);
    if (this.ranAt !== undefined) watch.guestRuns();
  }

  /** How long the guest has been running, ms, rounded up: a timer may come up to a millisecond early, and what is due then is not put off. */
  private get sinceMs(): number {
    return Math.ceil(this.exactMs);
  }

  private get exactMs(): number {
    return this.clock.elapsed() - (this.ranAt ?? this.clock.elapsed());
  }

  private wait(step: number): void {
    const at = READ_AT_MS[step] ?? (step - READ_AT_MS.length + 2) * READ_EVERY_MS;
    const delayMs = Math.max(0, Math.min(at, this.windowMs) - this.exactMs);
    this.cancelTimer = this.clock.setTimer(delayMs, () => {
      if (this.stop !== undefined) return;
      if (this.sinceMs >= this.windowMs) return void this.lookNow(true).then(() => this.finish('quiet'));
      if (!this.judge()) this.wait(step + 1);
    });
  }

  /** Reads what is there, and ends where all is proved: true then, and where it had ended before. */
  private judge(): boolean {
    if (this.stop !== undefined) return true;
    for (const nic of this.nics.values()) nic.read();
    if (this.isLookDue()) void this.lookNow(false); // a whole table each time would cost many guests at once too much
    if (this.report === undefined) return false;
    const { isRepeatDue, state } = this;
    if (state === this.judged && !isRepeatDue) return false;
    this.judged = state;
    const section = this.section();
    if (section === undefined) return false;
    const isDone = section.proved === section.stations && !this.mayTellMore(section);
    if (isDone) this.finish('quiet');
    else this.tell(section);
    if (isRepeatDue && !isDone) this.repeat(section);
    return isDone;
  }

  /** What a judgement is made of: another one, and it comes to something else. */
  private get state(): string {
    const news = [...this.nics.values()].reduce((sum, nic) => sum + nic.news, this.witness.news);
    return `${news} ${this.isSettled} ${this.isStopAwaited}`;
  }

  /** Whether times of stations that are proved may still become known. */
  private mayTellMore({ stop }: ProofSection): boolean {
    const { since } = this;
    if (this.isStopAwaited) return true;
    return (
      stop !== undefined &&
      since !== undefined &&
      [...this.nics.values()].some((nic) => nic.awaitsBusy(since))
    );
  }

  private get isStopAwaited(): boolean {
    return this.isFirstOfMove && this.witness.mayTellTimes && this.sinceMs < STOP_KNOWN_MS;
  }

  /** What the other host heard first is what this announcement sent first: not so of one that is repeated, or asked for. */
  private get isFirstOfMove(): boolean {
    const { cause, mode } = this.announcement;
    return cause === 'migration' && mode === 'announce' && this.report?.retryOf === undefined;
  }

  /** When the guest was stopped, where that can be said. */
  private get stopTime(): ProofSection['stop'] {
    const { resumedAt, firstFrameAt } = this.report ?? {};
    const { times } = this.witness;
    if (times === undefined || resumedAt === undefined || firstFrameAt === undefined) return undefined;
    if (!this.isFirstOfMove) return undefined;
    return stopTime(times, {
      resumedAt: this.elapsedAt(resumedAt),
      firstFrameAt: this.elapsedAt(firstFrameAt),
    });
  }

  /** From when the section's times count, by `Clock.elapsed`; `undefined` before the announcement is over, and where neither RESUME nor a frame is known. */
  private get since(): number | undefined {
    const at = this.report?.resumedAt ?? this.report?.firstFrameAt;
    return at === undefined ? undefined : this.elapsedAt(at);
  }

  /** A time of day of about when the guest began to run here, by `Clock.elapsed`. */
  private elapsedAt(time: number): number {
    return time - (this.wallAheadMs ?? wallAhead(this.clock));
  }

  private get isSettled(): boolean {
    return this.stop?.reason === 'quiet' || this.sinceMs >= SETTLED_MS;
  }

  private get isRepeatDue(): boolean {
    const at = REPEAT_AT_MS[this.repeats];
    return at !== undefined && this.sinceMs >= at && this.mayRepeat;
  }

  /** Announces again what is provably not there: what was looked at a while ago may have come to another port. */
  private repeat(section: ProofSection): void {
    this.repeats += 1;
    if (this.missingIn(section).length > 0) void this.lookNow(true).then(() => this.announceMissing());
  }

  /** Announces it alone. What comes of it is seen here; how it went stands in a report. */
  private announceMissing(): void {
    const section = this.stop === undefined ? this.section() : undefined;
    const stations = section === undefined ? [] : this.missingIn(section);
    if (stations.length === 0) return;
    const { guest } = this.announcement;
    // it may have stopped meanwhile: then there is nothing to repeat
    this.host
      .announce(guest, { stations, retryOf: this.announcement.id, timing: REPEAT_TIMING })
      .catch(() => undefined);
  }

  /** Only of one that came here, and was to be announced at all: a repeat is not repeated. */
  private get mayRepeat(): boolean {
    const { cause, mode } = this.announcement;
    return cause !== 'manual' && mode === 'announce';
  }

  private isLookDue(): boolean {
    const due = LOOK_AT_MS.find((at) => at > this.lookedAfterMs) ?? this.lookedAfterMs + LOOK_EVERY_MS;
    return this.sinceMs >= due && [...this.nics.values()].some((nic) => nic.isLocalOpen);
  }

  private lookNow(everywhere: boolean): Promise<void> {
    this.lookedAfterMs = this.sinceMs;
    const { looking } = this;
    if (looking !== undefined && (looking.everywhere || !everywhere)) return looking.done;
    const look = async (): Promise<void> => {
      await looking?.done;
      await Promise.all([...this.nics.values()].map((nic) => nic.look(everywhere)));
      if (this.looking === now) this.looking = undefined;
    };
    const now = { everywhere, done: Promise.resolve().then(look) };
    this.looking = now;
    return now.done;
  }

  /** What is provably not there of what was announced: what had no way is tried again by the host. */
  private missingIn({ nics }: ProofSection): readonly NamedStation[] {
    return nics.flatMap(({ nic, stations }) =>
      this.nics.get(nic)?.isUnsent === true
        ? []
        : stations
            .filter(isMissing)
            .map(({ mac, vlan }) => ({ nic, mac, ...(vlan !== undefined && { vlan }) })),
    );
  }

  /**
   * `undefined` before the announcement is over, as times count from what its report says, and where there is no station.
   */
  private section(): ProofSection | undefined {
    const { report, since, stop, announcement } = this;
    if (report === undefined || since === undefined) return undefined;
    const { stopTime } = this;
    const looked = [...this.nics.values()].map((nic) => ({ nic, proof: nic.proof(since, stop, stopTime) }));
    const proofs = looked.map(({ proof }) => proof);
    const isOpen = stop === undefined;
    const witness = witnessSummary(
      this.witness.host,
      proofs.flatMap(({ stations }) => stations),
    );
    const cause = likeliestCause(
      looked.map(({ nic, proof }) => nic.suspect(proof)),
      {
        mode: announcement.mode,
        outcome: report.outcome,
        // of a guest that stopped early, and where frames cannot be seen, silence says nothing
        isOpen: !proofs.some(({ stations }) => stations.some(({ traffic }) => traffic.reason === 'quiet')),
        isSettled: this.isSettled,
        ...(witness !== undefined && { witness }),
      },
    );
    return proofSection(proofs, { isOpen, cause, stop: stopTime });
  }

  /** Where more is known than was told. */
  private tell(section: ProofSection): void {
    const news = `${section.proved} ${section.cause?.code} ${section.stop !== undefined}`;
    if (news === this.said || this.reportsLeft === 0) return;
    this.said = news;
    this.reportsLeft -= 1;
    this.announcement.report(section);
  }

  private finish(reason: string): void {
    if (this.stop === undefined) for (const nic of this.nics.values()) nic.read();
    this.stop ??= { reason };
    this.cancelTimer();
    for (const nic of this.nics.values()) nic.close();
    this.witness.close();
    if (this.last === undefined) return;
    const section = this.section();
    // Where the host lets go of its guest, what is given later is not waited for.
    if (section !== undefined) this.announcement.report(section);
    this.last(section);
    this.last = undefined;
  }
}

type NamedStation = NonNullable<AnnounceRequest['stations']>[number];
