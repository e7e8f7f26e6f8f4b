import type { HostStats } from '@nic-herald/core';
import { REASONS, RESIDENCES } from './known-labels.js';
import { type MetricValue, metricValue } from './metric-value.js';
import { readinessOf } from './readiness.js';

/** What a host counts itself. */
export const hostValues = (stats: HostStats): readonly MetricValue[] => {
  const { state, parts, announcements, frames, guests, learning, handoff, reports } = stats;
  return [
    metricValue('nic_herald_start_time_seconds', stats.since / 1000),
    metricValue('nic_herald_ready', asNumber(readinessOf({ state, ...parts }).ready)),
    ...parts.monitors.map(({ name, ready }) =>
      metricValue('nic_herald_monitor_up', asNumber(ready), { monitor: name }),
    ),
    ...parts.sinks.map(({ name, ready }) =>
      metricValue('nic_herald_sink_up', asNumber(ready), { sink: name }),
    ),
    ...parts.handoffStores.map(({ name, ready }) =>
      metricValue('nic_herald_handoff_store_up', asNumber(ready), { store: name }),
    ),
    metricValue('nic_herald_stations_announced_total', announcements.stations),
    ...counted('nic_herald_refusals_total', 'reason', stats.refusals, REASONS),
    metricValue('nic_herald_frames_sent_total', frames.sent),
    metricValue('nic_herald_frames_accepted_total', frames.accepted),
    metricValue('nic_herald_frames_delayed_total', frames.delayed),
    metricValue('nic_herald_pacer_backlog_frames', stats.pacer.backlog),
    metricValue('nic_herald_handoff_failures_total', handoff.reads.failures, { operation: 'read' }),
    metricValue('nic_herald_handoff_failures_total', handoff.writes.failures, { operation: 'write' }),
    metricValue('nic_herald_snapshots_published_total', stats.snapshots),
    ...counted('nic_herald_guests', 'residence', guests.byResidence, RESIDENCES),
    metricValue('nic_herald_nics', guests.nics.withPort, { port: 'found' }),
    metricValue('nic_herald_nics', guests.nics.withoutPort, { port: 'missing' }),
    ...counted('nic_herald_learner_ports', 'learner', learning.byLearner, ['none']),
    metricValue('nic_herald_learned_stations', learning.stations),
    metricValue('nic_herald_learned_stations_limit', learning.capacity),
    metricValue('nic_herald_learned_table_fullest_ratio', learning.fullest),
    ...counted('nic_herald_warnings_total', 'code', stats.warnings),
    ...counted('nic_herald_report_warnings_total', 'code', stats.reportWarnings),
    metricValue('nic_herald_reports_written_total', reports.written),
    metricValue('nic_herald_reports_waiting', reports.waiting),
    metricValue('nic_herald_reports_lost_total', reports.lost),
    metricValue('nic_herald_listener_failures_total', stats.listenerFailures),
  ];
};

const asNumber = (is: boolean): number => (is ? 1 : 0);

/** Counts by label, with 0 for what is known and was not counted. */
const counted = (
  name: string,
  label: string,
  counts: Readonly<Partial<Record<string, number>>>,
  known: readonly string[] = [],
): readonly MetricValue[] => {
  const all = { ...Object.fromEntries(known.map((each) => [each, 0])), ...counts };
  return Object.entries(all).map(([each, count = 0]) => metricValue(name, count, { [label]: each }));
};
