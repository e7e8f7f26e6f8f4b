import { asHeraldError, type Clock, type HostService, messageOf } from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import type { Built } from './installation.js';

/** The parts of a host that are closed together, in the order in which they are closed. */
const CLOSING_ORDER = ['monitors', 'engine', 'bus', 'services', 'others'] as const;

/** Which of them a part is. */
export type HostPart = (typeof CLOSING_ORDER)[number];

/** How long a part of a host may take, ms. */
export interface LifetimeDeadlines {
  readonly startMs: number;
  readonly closeMs: number;
  /** Aborted: no start is waited for any more. */
  readonly givenUp?: AbortSignal;
}

interface Started {
  readonly name: string;
  readonly closeMs: number;
  readonly close: () => Promise<void>;
}

/** Starts the parts of one host, and closes what was started. No part holds up the others: each has a deadline. */
export class HostLifetime {
  private readonly started = new Map<HostPart, Started[]>(CLOSING_ORDER.map((part) => [part, []]));
  private closing: Promise<void> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly deadlines: LifetimeDeadlines,
  ) {}

  /**
   * Starts what has something to start, and remembers what has something to close. Rejects with the plugin's own
   * HeraldError, else HERALD_PLUGIN_START, HERALD_TIMEOUT or HERALD_CANCELLED, which name the plugin.
   */
  async start(part: HostPart, built: Built): Promise<void> {
    const { plugin, value } = built;
    if (typeof value !== 'object' || value === null) return;
    const service: HostService = value;
    const since = this.clock.elapsed();
    try {
      if (service.close !== undefined || service.start !== undefined) {
        this.closeLater(part, plugin, async () => service.close?.());
      }
      if (service.start === undefined) return;
      const { givenUp, startMs } = this.deadlines;
      const start = async (signal: AbortSignal): Promise<void> => service.start?.({ signal });
      await withDeadline(this.clock, startMs, `the start of ${plugin}`, start, givenUp);
    } catch (error) {
      throw asHeraldError(error, 'HERALD_PLUGIN_START', `${plugin} could not start: ${messageOf(error)}`, {
        plugin,
      });
    }
    built.started(this.clock.elapsed() - since);
  }

  /** Remembers how something that needs no start is closed, within `closeMs`. */
  closeLater(
    part: HostPart,
    name: string,
    close: () => Promise<void>,
    closeMs: number = this.deadlines.closeMs,
  ): void {
    this.started.get(part)?.push({ name, close, closeMs });
  }

  /**
   * Closes each part once, what of a sort was started last first, whatever others do. Rejects with an AggregateError
   * of what failed, and of a HERALD_TIMEOUT for what did not close in time and was given up.
   */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const part of CLOSING_ORDER) {
      for (const { name, close, closeMs } of (this.started.get(part) ?? []).splice(0).reverse()) {
        try {
          await withDeadline(this.clock, closeMs, `the close of ${name}`, close);
        } catch (error) {
          errors.push(error);
        }
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, `${errors.length} parts of the host did not close`);
    }
  }
}
