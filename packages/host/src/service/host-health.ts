import {
  type Clock,
  type GuestMonitor,
  type HeraldError,
  type HostHealth,
  messageOf,
} from '@nic-herald/core';
import type { HostParts, HostState, PartHealth } from '@nic-herald/core/internal';
import { withDeadline } from '../announce/deadline.js';
import type { SinkWatch } from '../announce/sink-watch.js';
import type { HandoffStores } from '../handoff/handoff-stores.js';

/** A store that was called within this time, ms, is not asked again. */
const FRESH_MS = 10_000;
/** How long all stores may take together, ms: the answer is waited for. */
const ASK_DEADLINE_MS = 2000;
/** Longest message of a part that is passed on, characters. */
const MAX_MESSAGE = 500;

/** Whose health it is. */
export interface HealthSubjects {
  readonly host: string;
  readonly monitors: readonly Pick<GuestMonitor, 'name' | 'state'>[];
  readonly handoff: Pick<HandoffStores, 'health' | 'freshen'>;
  readonly sinks: Pick<SinkWatch, 'health'>;
}

/** Whether a host can do its work. */
export class HealthOfHost {
  state: HostState = 'starting';
  private asking: Promise<void> | undefined;

  constructor(
    private readonly subjects: HealthSubjects,
    private readonly clock: Clock,
  ) {}

  /** As known now. */
  get parts(): HostParts {
    const { monitors, handoff, sinks } = this.subjects;
    return { monitors: monitors.map(monitorHealth), handoffStores: handoff.health, sinks: sinks.health };
  }

  /** After the stores that were not called lately have answered, or could not in time; all who ask at once share that. */
  async ask(): Promise<HostHealth> {
    if (this.state !== 'closed') {
      this.asking ??= this.askStores().finally(() => {
        this.asking = undefined;
      });
      await this.asking;
    }
    return { state: this.state, ...this.parts };
  }

  private async askStores(): Promise<void> {
    const { host, handoff } = this.subjects;
    const ask = (signal: AbortSignal): Promise<void> => handoff.freshen(host, FRESH_MS, signal);
    await withDeadline(this.clock, ASK_DEADLINE_MS, 'asking the hand-off stores', ask).catch(() => {});
  }
}

/** Monitors are another's code, perhaps. */
const monitorHealth = (monitor: Pick<GuestMonitor, 'name' | 'state'>): PartHealth => {
  const { name } = monitor;
  try {
    const state: unknown = monitor.state?.();
    if (state === undefined) return { name, ready: true, message: 'it does not tell' };
    const { ready, code, message } = state as { ready?: unknown; code?: unknown; message?: unknown };
    const words = typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : 'it does not say why';
    return ready === true ? { name, ready, message: words } : notReady(name, codeOf(code), words);
  } catch (error) {
    return notReady(name, 'HERALD_MONITOR_FAULT', messageOf(error).slice(0, MAX_MESSAGE));
  }
};

const notReady = (name: string, code: HeraldError['code'], message: string): PartHealth => ({
  name,
  ready: false,
  code,
  message,
});

const codeOf = (code: unknown): HeraldError['code'] =>
  typeof code === 'string' && /^HERALD_[A-Z0-9_]{1,64}$/.test(code)
    ? (code as HeraldError['code'])
    : 'HERALD_MONITOR_FAULT';
