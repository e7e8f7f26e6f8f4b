import {
  type Clock,
  type Guest,
  type GuestNotes,
  type HandoffNote,
  type Station,
  type StationKey,
  stationKey,
} from '@nic-herald/core';
import type { AnnouncementSeal, StationEvidence } from '@nic-herald/core/internal';
import { parseBusyNote } from './busy-note.js';
import { sealTokens, tokensIn } from './seal-tokens.js';
import type { SourceTimes } from './stop-time.js';
import { isCalm, parseWitnessNote } from './witness-note.js';

/** How long the store may take, ms. */
const READ_MS = 5000;

/** All that its notes say together. */
interface Words {
  readonly listens: boolean;
  /** Tokens of what came in there, and of the stations that were busy until the guest left. */
  readonly seen: ReadonlySet<string>;
  readonly busy: ReadonlySet<string>;
  /** Absent: not all of them are known. */
  readonly times?: SourceTimes;
  /** Nothing more is said of them. */
  readonly isTimed: boolean;
}

const NOTHING_SAID: Words = { listens: false, seen: new Set(), busy: new Set(), isTimed: false };

/** What the host that a guest left says of the guest, and of its announcement. */
export class WitnessWords {
  /** Absent: it has no way to say something. */
  private words: Words | undefined = NOTHING_SAID;
  /** See `SourceTimes`; by all notes that were read. */
  private stoppedBy = Number.POSITIVE_INFINITY;
  /** What stands for a station's seal in a note: it is asked for each second, and making it takes long. */
  private readonly tokens = new Map<StationKey, string>();
  /** How often notes were read. */
  news = 0;
  private unwatch: () => void = () => {};
  private reading: Promise<void> | undefined;
  /** A note came since the last reading began. */
  private isStale = false;

  constructor(
    private readonly guest: Guest,
    private readonly seal: AnnouncementSeal | undefined,
    private readonly notes: GuestNotes,
    private readonly clock: Pick<Clock, 'elapsed'>,
  ) {}

  /** Reads again whenever a note came; `changed` is called then. */
  watch(changed: () => void): void {
    if (this.seal === undefined) return;
    this.unwatch = this.notes.watch(this.guest, () => void this.read().then(changed));
    void this.read().then(changed);
  }

  /** Reads all notes, once more where one came meanwhile. Never rejects: what cannot be read tells nothing. */
  async read(): Promise<void> {
    if (this.seal === undefined) return;
    this.isStale = true;
    this.reading ??= this.readWhileStale();
    await this.reading;
  }

  private async readWhileStale(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      try {
        const notes = await this.notes.read(this.guest, { signal: AbortSignal.timeout(READ_MS) });
        const readAt = this.clock.elapsed();
        this.news += 1;
        this.words = notes && this.wordsOf(notes, readAt);
      } catch {
        // what was read before stays
      }
    }
    this.reading = undefined; // at the moment of the last look, so that none who comes later waits for it
  }

  /** What notes of this move say; by `readAt` all of them had been read. */
  private wordsOf(notes: readonly HandoffNote[], readAt: number): Words {
    const { seal } = this;
    const theirs = notes.filter(({ host }) => host === seal?.host);
    const isOfMove = ({ epoch }: { readonly epoch: number }): boolean => epoch === seal?.epoch;
    const witness = theirs.flatMap((note) => parseWitnessNote(note) ?? []).filter(isOfMove);
    const busy = theirs.flatMap((note) => parseBusyNote(note) ?? []).filter(isOfMove);
    for (const { sinceStopMs } of witness)
      this.stoppedBy = Math.min(this.stoppedBy, readAt - (sinceStopMs ?? Number.NEGATIVE_INFINITY));
    const heardMs = Math.min(...witness.map((said) => said.heardMs ?? Number.POSITIVE_INFINITY));
    return {
      listens: witness.some(({ listens }) => listens),
      seen: new Set(witness.flatMap(({ seen }) => tokensIn(seen))),
      busy: new Set(busy.flatMap((said) => tokensIn(said.busy))),
      isTimed: witness.some(isCalm),
      ...(Number.isFinite(heardMs) && { times: { heardMs, stoppedBy: this.stoppedBy } }),
    };
  }

  /** When the guest was stopped there, as far as it says so; `undefined` where the announcement was not heard there. */
  get times(): SourceTimes | undefined {
    return this.words?.times;
  }

  /** Whether it may still say when it stopped the guest, or say it better. */
  get mayTellTimes(): boolean {
    return this.seal !== undefined && this.words !== undefined && !this.words.isTimed;
  }

  /** Whether it sent a station frames often, until the guest left. */
  isBusy(station: Station): boolean {
    const { seal, words } = this;
    if (seal === undefined || words === undefined || words.busy.size === 0) return false;
    return words.busy.has(this.tokenOf(station, seal));
  }

  /** The host that the guest left; `undefined` where that is not known. */
  get host(): string | undefined {
    return this.seal?.host;
  }

  /**
   * Whether that host saw a station's announcement come in. `no-source`: no host is known that the guest left; `unavailable`: it
   * has no way to say so; `silent`: it said nothing; `unseen`: it listens, and nothing came.
   */
  of(station: Station): StationEvidence {
    const { seal, words } = this;
    if (seal === undefined) return cannotTell('no-source');
    if (words === undefined) return cannotTell('unavailable');
    if (words.seen.size > 0 && words.seen.has(this.tokenOf(station, seal))) return { value: 'yes' };
    return cannotTell(words.listens ? 'unseen' : 'silent');
  }

  private tokenOf(station: Station, seal: AnnouncementSeal): string {
    const key = stationKey(station);
    const token = this.tokens.get(key) ?? sealTokens([seal.of(station)]);
    this.tokens.set(key, token);
    return token;
  }

  close(): void {
    this.unwatch();
  }
}

const cannotTell = (reason: string): StationEvidence => ({ value: 'cannot-tell', reason });
