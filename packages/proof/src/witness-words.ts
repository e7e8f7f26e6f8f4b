import { type Guest, type GuestNotes, type Station, type StationKey, stationKey } from '@nic-herald/core';
import type { AnnouncementSeal, StationEvidence } from '@nic-herald/core/internal';
import { parseWitnessNote, seenText, tokensOf } from './witness-note.js';

/** How long the store may take, ms. */
const READ_MS = 5000;

/** All that its notes say together. */
interface Words {
  readonly listens: boolean;
  readonly seen: ReadonlySet<string>;
}

/** What the host that a guest left says of its announcement. */
export class WitnessWords {
  /** Absent: it has no way to say something. */
  private words: Words | undefined = { listens: false, seen: new Set() };
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
        const said = notes?.flatMap((note) =>
          note.host === this.seal?.host ? (parseWitnessNote(note) ?? []) : [],
        );
        this.news += 1;
        this.words = said && {
          listens: said.some(({ listens }) => listens),
          seen: new Set(said.flatMap(tokensOf)),
        };
      } catch {
        // what was read before stays
      }
    }
    this.reading = undefined; // at the moment of the last look, so that none who comes later waits for it
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
    const token = this.tokens.get(key) ?? seenText([seal.of(station)]);
    this.tokens.set(key, token);
    return token;
  }

  close(): void {
    this.unwatch();
  }
}

const cannotTell = (reason: string): StationEvidence => ({ value: 'cannot-tell', reason });
