import {
  type AccompaniedAnnouncement,
  type Accompaniment,
  type AnnouncementCompanion,
  type Clock,
  HeraldError,
  messageOf,
} from '@nic-herald/core';
import { parseSection } from '@nic-herald/core/internal';
import { withDeadline } from '../announce/deadline.js';

/** How long a companion may take to say whether it takes part, ms. */
const ACCOMPANY_MS = 5000;
/** How long it may take for its last word, ms. */
const LAST_WORD_MS = 600_000;
/** How long one call may hold the agent, ms: nothing else happens meanwhile. */
const LONGEST_HOLD_MS = 100;
/** How often its section may change after the first report; what `over` gives counts besides. */
const MOST_CHANGES = 8;

/** Something that happens to an announcement. */
export type Happening = {
  readonly [M in keyof Accompaniment]-?: {
    readonly is: M;
    readonly with?: Parameters<NonNullable<Accompaniment[M]>>[0];
  };
}[keyof Accompaniment];

/** Who hears what a companion says. */
export interface AttendanceListener {
  /** Its section changed, or it failed. */
  changed(): void;
  /** It has nothing more to say. */
  settled(): void;
}

/**
 * One companion beside one announcement, held at arm's length: it is another's code. Whatever it does costs its own
 * section and nothing else.
 */
export class Attendance {
  private accompaniment: Accompaniment | undefined;
  /** What happened while it makes up its mind; absent once it has. */
  private unheard: Happening[] | undefined = [];
  private said: { readonly json: string; readonly value: unknown } | undefined;
  private changesLeft = Number.POSITIVE_INFINITY;
  private isSettled = false;
  private isClosed = false;
  private problem: HeraldError | undefined;
  private readonly gone = new AbortController();

  constructor(
    private readonly companion: AnnouncementCompanion,
    private readonly clock: Clock,
    private readonly listener: AttendanceListener,
  ) {}

  get name(): string {
    return this.companion.name;
  }

  /** What it says in the report; absent: nothing. */
  get section(): { readonly value: unknown } | undefined {
    return this.said;
  }

  /** What it did wrong. */
  get fault(): HeraldError | undefined {
    return this.problem;
  }

  /** True once it takes no part, has said its last word, or failed. */
  get hasSettled(): boolean {
    return this.isSettled;
  }

  /** True once it takes nothing from it any more, and sends nothing for it. */
  get isOut(): boolean {
    return this.isClosed || this.problem !== undefined;
  }

  /** Asks it whether it takes part. */
  begin(announcement: AccompaniedAnnouncement): void {
    const given = this.call('accompany', () => this.companion.accompany(announcement));
    if (given === undefined) return;
    this.whenThere('accompany', given.value, ACCOMPANY_MS, (value) => this.take(value));
  }

  /** Tells it what happened; what it does not want to hear is left out. */
  hear(happening: Happening): void {
    if (this.unheard !== undefined) this.unheard.push(happening);
    else if (!this.isOut) this.tell(happening);
  }

  /** Its section from now on; `isLast`: the last word, which always counts. */
  report(section: unknown, isLast = false): void {
    if (this.isOut || this.isSettled || (this.changesLeft <= 0 && !isLast)) return;
    const parsed = parseSection(section);
    if ('problem' in parsed) this.fail(`its section cannot stand in the report: ${parsed.problem}`);
    else if (parsed.json !== this.said?.json) {
      this.said = parsed;
      this.changesLeft -= 1;
      this.listener.changed();
    }
  }

  /** The first report is out: from now on its changes are counted. */
  count(): void {
    this.changesLeft = MOST_CHANGES;
  }

  /** Nothing it says counts any more. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.unheard = undefined;
    this.gone.abort();
    this.letGo();
    this.settle();
  }

  private take(given: unknown): void {
    const waiting = this.unheard ?? [];
    this.unheard = undefined;
    if (given === undefined) this.settle();
    else if (typeof given === 'object' && given !== null) this.goAlong(given, waiting);
    else this.fail(`\`accompany\` gave ${given === null ? 'null' : `a ${typeof given}`}, no accompaniment`);
  }

  private goAlong(given: Accompaniment, waiting: readonly Happening[]): void {
    this.accompaniment = given;
    if (this.isOut) this.letGo();
    for (const happening of waiting) if (!this.isOut) this.tell(happening);
  }

  private tell(happening: Happening): void {
    const { is } = happening;
    const given = this.call(is, () => this.ask(happening));
    if (given === undefined) return;
    if (is === 'over') this.whenThere(is, given.value, LAST_WORD_MS, (section) => this.conclude(section));
    else if (given.value instanceof Promise) {
      adopted(given.value).catch((error: unknown) => this.fail(failed(is, error), error));
    }
  }

  private conclude(section: unknown): void {
    if (section !== undefined) this.report(section, true);
    this.settle();
  }

  private ask({ is, with: fact }: Happening): unknown {
    const member: unknown = this.accompaniment?.[is];
    if (member === undefined) return undefined;
    if (typeof member !== 'function') throw new TypeError(`it is a ${typeof member}, no function`);
    return Reflect.apply(member, this.accompaniment, fact === undefined ? [] : [fact]);
  }

  /** What a call gave; `undefined` where it failed. */
  private call<T>(what: string, work: () => T): { readonly value: T } | undefined {
    const since = this.clock.elapsed();
    try {
      const value = work();
      const heldMs = this.clock.elapsed() - since;
      if (heldMs <= LONGEST_HOLD_MS) return { value };
      this.fail(
        `\`${what}\` held the agent for ${Math.round(heldMs)} ms, and at most ${LONGEST_HOLD_MS} are allowed`,
      );
    } catch (error) {
      this.fail(failed(what, error), error);
    }
    return undefined;
  }

  /** Goes on with what was given: at once, or once it is there in time. */
  private whenThere(what: string, given: unknown, limitMs: number, goOn: (value: unknown) => void): void {
    if (!(given instanceof Promise)) {
      goOn(given);
      return;
    }
    const inTime = withDeadline(this.clock, limitMs, `\`${what}\``, () => given, this.gone.signal);
    inTime.then(goOn, (error: unknown) => {
      this.fail(failed(what, error), error);
      // One that makes up its mind too late is let go of all the same.
      if (what === 'accompany') adopted(given).then(goOn, () => {});
    });
  }

  private fail(words: string, cause?: unknown): void {
    if (this.isOut) return;
    const { name } = this.companion;
    const message = `the companion ${name}: ${words}; it takes no more part in this announcement`;
    this.problem = new HeraldError('HERALD_COMPANION_FAULT', message, {
      details: { companion: name },
      cause,
    });
    this.said ??= { json: '', value: { problem: words.slice(0, MAX_WORDS) } };
    this.unheard = undefined;
    this.gone.abort();
    this.letGo();
    this.listener.changed();
    this.settle();
  }

  /** Its last call. */
  private letGo(): void {
    if (this.accompaniment === undefined) return;
    const { accompaniment } = this;
    try {
      const given: unknown = accompaniment.close?.();
      this.accompaniment = undefined;
      if (given instanceof Promise) given.catch(() => {}); // it was let go of
    } catch {
      this.accompaniment = undefined; // it was let go of
    }
  }

  private settle(): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.listener.settled();
  }
}

/** A promise of another's making as one of ours: its methods may be anything. */
const adopted = (given: Promise<unknown>): Promise<unknown> => new Promise((resolve) => resolve(given));

const MAX_WORDS = 500;

const failed = (what: string, error: unknown): string => `\`${what}\` failed: ${messageOf(error)}`;
