import type { Clock, HeraldHost } from '@nic-herald/core';
import { FactCounts } from './fact-counts.js';
import { hostValues } from './host-values.js';
import { LoopLag } from './loop-lag.js';
import { type Format, MetricSet } from './metric-set.js';
import { processValues } from './process-values.js';

/** All numbers of one host: some are counted as it tells of facts, the others looked up at each scrape. */
export class MetricBook {
  private readonly sets: Readonly<Record<Format, MetricSet>> = {
    prometheus: new MetricSet('prometheus'),
    openMetrics: new MetricSet('openMetrics'),
  };
  private readonly facts: FactCounts;
  private readonly lag: LoopLag;
  private readonly rendering = new Map<Format, Promise<string>>();

  constructor(
    private readonly host: Pick<HeraldHost, 'bus' | 'stats'>,
    clock: Pick<Clock, 'elapsed' | 'setTimer'>,
  ) {
    const observe = (name: string, value: number): void => {
      for (const set of Object.values(this.sets)) set.observe(name, value);
    };
    this.facts = new FactCounts(host.bus, observe);
    this.lag = new LoopLag(clock, (seconds) => observe('nic_herald_event_loop_lag_seconds', seconds));
  }

  start(): void {
    this.lag.start();
  }

  close(): void {
    this.lag.close();
    this.facts.close();
  }

  contentType(format: Format): string {
    return this.sets[format].contentType;
  }

  /** The text of now; who asks while it is written down has the same. */
  render(format: Format): Promise<string> {
    const under = this.rendering.get(format);
    if (under !== undefined) return under;
    const rendering = this.write(format).finally(() => this.rendering.delete(format));
    this.rendering.set(format, rendering);
    return rendering;
  }

  private async write(format: Format): Promise<string> {
    const stats = this.host.stats();
    const values = [...hostValues(stats), ...this.facts.values, ...processValues()];
    return this.sets[format].render({ values, handoff: stats.handoff });
  }
}
