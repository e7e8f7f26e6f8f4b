import { type CancelTimer, type Clock, HeraldError, type SinkState } from '@nic-herald/core';
import type { PartHealth } from '@nic-herald/core/internal';

/** So many changes of one sink within this time, ms, are told as they come; after that only what stands at its end. */
const MOST_CHANGES = 20;
const WINDOW_MS = 60_000;
/** Most characters told of what a sink says. */
const MAX_MESSAGE = 500;

/** What tells whether it can send. It is a sink, and opens no way out here. */
export interface WatchedSink {
  readonly name: string;
  watch?(told: (state: SinkState) => void): () => void;
}

interface Watched {
  readonly name: string;
  isReady: boolean;
  toldReady: boolean;
  message: string;
  code: HeraldError['code'];
  since: number;
  changes: number;
  timer: CancelTimer | undefined;
}

/**
 * Hears where a sink can send no more, and where it can again: tells people, and those who have something to send. Sinks
 * are another's code, perhaps: one that says the same again and again, or nonsense, keeps nobody at work.
 */
export class SinkWatch {
  private readonly listeners = new Set<() => void>();
  private readonly stops: (() => unknown)[] = [];
  private readonly watched: Watched[] = [];

  constructor(
    sinks: readonly WatchedSink[],
    private readonly clock: Clock,
    private readonly warn: (warning: HeraldError) => void,
  ) {
    for (const sink of sinks) this.watch(sink);
  }

  /** What each said of itself last; ready where it said nothing yet. */
  get health(): readonly PartHealth[] {
    return this.watched.map(({ name, isReady, message, code }) =>
      isReady ? { name, ready: true, message } : { name, ready: false, code, message },
    );
  }

  /** Calls when a sink can send again. Gives the way to stop. */
  onReady(again: () => void): () => void {
    const listener = (): void => again();
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Tells nothing any more. */
  close(): void {
    this.listeners.clear();
    for (const { timer } of this.watched) timer?.();
    for (const stop of this.stops.splice(0)) {
      try {
        stop();
      } catch {} // it is let go of all the same
    }
  }

  private watch(sink: WatchedSink): void {
    const { name } = sink;
    const { clock } = this;
    const watched: Watched = {
      ...{ name, isReady: true, toldReady: true, message: 'nothing is wrong', code: 'HERALD_SINK_LOST' },
      ...{ since: clock.elapsed(), changes: 0, timer: undefined },
    };
    this.watched.push(watched);
    try {
      const stop: unknown = sink.watch?.((state) => this.hear(name, watched, state));
      if (typeof stop === 'function') this.stops.push(() => Reflect.apply(stop, undefined, []));
    } catch (error) {
      this.warn(new HeraldError('HERALD_SINK_FAULT', `the sink ${name} cannot be watched`, { cause: error }));
    }
  }

  private hear(name: string, watched: Watched, given: SinkState | undefined): void {
    const { ready, message, code } = (given ?? {}) as { ready?: unknown; message?: unknown; code?: unknown };
    if (typeof ready !== 'boolean') return;
    watched.isReady = ready;
    watched.message = typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : 'it does not say why';
    watched.code = isCode(code) ? code : 'HERALD_SINK_LOST';
    const now = this.clock.elapsed();
    if (now - watched.since >= WINDOW_MS) {
      watched.since = now;
      watched.changes = 0;
    }
    watched.changes += 1;
    if (watched.changes <= MOST_CHANGES) this.tell(name, watched);
    else
      watched.timer ??= this.clock.setTimer(watched.since + WINDOW_MS - now, () => this.tell(name, watched));
  }

  private tell(name: string, watched: Watched): void {
    watched.timer?.();
    watched.timer = undefined;
    if (watched.isReady === watched.toldReady) return;
    watched.toldReady = watched.isReady;
    const code = watched.isReady ? 'HERALD_SINK_RESTORED' : watched.code;
    this.warn(new HeraldError(code, `${name}: ${watched.message}`, { details: { sink: name } }));
    if (watched.isReady) for (const again of this.listeners) again();
  }
}

const isCode = (code: unknown): code is HeraldError['code'] =>
  typeof code === 'string' && /^HERALD_[A-Z0-9_]{1,64}$/.test(code);
