import type { HostStats } from '@nic-herald/core';

type CallStats = HostStats['handoff']['reads'];

/** One line of a histogram, as prom-client writes it down. */
interface HistogramLine {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The lines of one series of a histogram that the host has counted itself. */
export const histogramLines = (
  name: string,
  labels: Readonly<Record<string, string>>,
  { calls, totalMs, within }: Pick<CallStats, 'calls' | 'totalMs' | 'within'>,
): readonly HistogramLine[] => [
  ...within.map(({ ms, calls: count }) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: ms / 1000 },
    value: count,
  })),
  { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: calls },
  { metricName: `${name}_sum`, labels, value: totalMs / 1000 },
  { metricName: `${name}_count`, labels, value: calls },
];
