/** How often the ports are read, ms: a station the guest begins to use is handed over after that at the latest. */
const READ_MS = 10_000;
/** A port is read so many times within the time for which what is learned counts, and not more often than each second. */
const READS_PER_AGE = 3;
const LEAST_READ_MS = 1000;
/** A guest is asked for its NICs again after this time, ms, even without a change. */
const LISTED_MS = 30_000;
/** A guest that said nothing at so many readings one after another is idle. */
const IDLE_READINGS = 6;
/** The same of one that is idle. */
const IDLE_READ_MS = 30_000;
const IDLE_LISTED_MS = 120_000;
/**
 * What counts for so long may be given up late by the time between two lists, ms: a guest that says nothing is judged again when its
 * NICs are listed.
 */
const SILENT_FROM_MS = 300_000;

/**
 * How often a guest is looked at where no event calls for it. One that has been silent for a minute is looked at less often: nothing of
 * it changes but ages, and all is read again when a migration begins.
 */
export class ObservationPace {
  private silentReadings = 0;

  /** `learnedMaxAgeMs` is how long what is learned of the guest counts now, ms. */
  constructor(private readonly learnedMaxAgeMs: () => number) {}

  /** A reading of its ports had ended. */
  read(isSilent: boolean): void {
    this.silentReadings = isSilent ? this.silentReadings + 1 : 0;
  }

  /** Whether it need not be judged again at each reading while it says nothing. */
  get mayBeLeft(): boolean {
    return this.learnedMaxAgeMs() >= SILENT_FROM_MS;
  }

  /** The time until its ports are read again, ms. */
  get readMs(): number {
    if (this.isIdle) return IDLE_READ_MS;
    return Math.min(READ_MS, Math.max(LEAST_READ_MS, this.learnedMaxAgeMs() / READS_PER_AGE));
  }

  /** For how long a list of its NICs counts, ms. */
  get listedMs(): number {
    return this.isIdle ? IDLE_LISTED_MS : LISTED_MS;
  }

  private get isIdle(): boolean {
    return this.silentReadings >= IDLE_READINGS && this.mayBeLeft;
  }
}
