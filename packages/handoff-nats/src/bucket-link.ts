import { asHeraldError, type CancelTimer, type Clock, type HeraldError, messageOf } from '@nic-herald/core';
import type { Bucket } from './bucket.js';

/** Pauses before it is tried again, ms; the last one from then on. */
const PAUSES_MS = [100, 250, 500, 1000, 2000] as const;
/** Pause where the server, or a file, says no: what is wrong there is mended by people, ms. */
const REFUSED_PAUSE_MS = 15_000;
/** A connection that held so long was good: the next loss is tried at once again, ms. */
const HELD_MS = 10_000;

const NO: ReadonlySet<string> = new Set([
  'HERALD_NATS_REFUSED',
  'HERALD_NATS_CREDENTIALS',
] satisfies HeraldError['code'][]);

/** A connection to a server, and the bucket there. */
export interface OpenedBucket {
  readonly bucket: Bucket;
  /** How long the bucket keeps what is not written again, ms; 0: for ever. */
  readonly ttlMs: number;
  /** What may keep it from doing its work, though it is there. */
  readonly shortcomings: readonly HeraldError[];
  /** Resolves once the connection is over, with the reason. */
  readonly closed: Promise<HeraldError>;
  close(): void;
}

/** The user of the bucket. No call may throw. */
export interface LinkOwner {
  connected(opened: OpenedBucket): void;
  /** It is away, or was not reached; called for each try. */
  lost(problem: HeraldError): void;
}

/** Keeps a connection to the bucket: looks for it for ever, with a bounded pause. */
export class BucketLink {
  private opened: OpenedBucket | undefined;
  private failures = 0;
  private isClosed = false;
  private cancelTimer: CancelTimer = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly open: () => Promise<OpenedBucket>,
    private readonly owner: LinkOwner,
  ) {}

  start(): void {
    void this.connect();
  }

  close(): void {
    this.isClosed = true;
    this.cancelTimer();
    this.opened?.close();
    this.opened = undefined;
  }

  private async connect(): Promise<void> {
    const { clock, owner } = this;
    let opened: OpenedBucket;
    try {
      opened = await this.open();
    } catch (error) {
      this.lost(asHeraldError(error, 'HERALD_HANDOFF_DISCONNECTED', messageOf(error)));
      return;
    }
    if (this.isClosed) {
      opened.close();
      return;
    }
    this.opened = opened;
    const since = clock.elapsed();
    owner.connected(opened);
    const reason = await opened.closed;
    this.opened = undefined;
    if (clock.elapsed() - since >= HELD_MS) this.failures = 0;
    this.lost(reason);
  }

  private lost(problem: HeraldError): void {
    if (this.isClosed) return;
    this.owner.lost(problem);
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)] ?? REFUSED_PAUSE_MS;
    this.failures += 1;
    this.cancelTimer = this.clock.setTimer(NO.has(problem.code) ? REFUSED_PAUSE_MS : pause, () => {
      void this.connect();
    });
  }
}
