import type { HostStats } from '@nic-herald/core';
import { Counter, Gauge, Histogram, type Metric, Registry, type RegistryContentType } from 'prom-client';
import { histogramLines } from './call-histogram.js';
import { METRICS, type MetricDescription } from './metric-catalog.js';
import type { MetricValue } from './metric-value.js';

/** The formats in which metrics are told. */
const FORMATS = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openMetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;
export type Format = keyof typeof FORMATS;

/** What is told at one scrape, besides what was observed. */
export interface MetricNumbers {
  readonly values: readonly MetricValue[];
  readonly handoff: HostStats['handoff'];
}

/**
 * All metrics in one format. There is a set for each: prom-client takes the `_total` off the names of the counters of a
 * registry that was told as OpenMetrics once.
 */
export class MetricSet {
  readonly contentType: string;
  private readonly registry = new Registry<RegistryContentType>();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();
  private handoff: HostStats['handoff'] | undefined;

  constructor(format: Format) {
    this.contentType = FORMATS[format];
    this.registry.setContentType(FORMATS[format]);
    for (const metric of METRICS) this.register(metric);
  }

  /** Takes one observation of a histogram, in its unit. */
  observe(name: string, value: number): void {
    this.histograms.get(name)?.observe(value);
  }

  /** Writes all down. One at a time: the numbers of one scrape would stand in the text of another. */
  async render({ values, handoff }: MetricNumbers): Promise<string> {
    this.handoff = handoff;
    for (const each of [...this.counters.values(), ...this.gauges.values()]) each.reset();
    for (const { name, labels, value } of values) {
      this.counters.get(name)?.inc(labels, value);
      this.gauges.get(name)?.set(labels, value);
    }
    return await this.registry.metrics();
  }

  private register({ name, help, type, labels, buckets }: MetricDescription): void {
    const settings = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (type === 'counter') this.counters.set(name, new Counter(settings));
    else if (type === 'gauge') this.gauges.set(name, new Gauge(settings));
    else if (buckets !== undefined) {
      this.histograms.set(name, new Histogram({ ...settings, buckets: [...buckets] }));
    } else this.registry.registerMetric(this.callHistogram(name, help) as unknown as Metric);
  }

  /** What prom-client asks of a metric, made of what the host has counted: its own histogram takes only single values. */
  private callHistogram(name: string, help: string): object {
    const get = () => {
      const { reads, writes } = this.handoff ?? {};
      const values = [
        ...(reads === undefined ? [] : histogramLines(name, { operation: 'read' }, reads)),
        ...(writes === undefined ? [] : histogramLines(name, { operation: 'write' }, writes)),
      ];
      return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
    };
    return { name, help, type: 'histogram', get, reset: () => undefined };
  }
}
