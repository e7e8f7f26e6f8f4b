import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type MetricValue, metricValue } from './metric-value.js';

/**
 * Numbers of this process. They cost nothing between two scrapes; at one, counting file descriptors takes the longest:
 * 0.1 ms for 200, 1 ms for 2000.
 */
export const processValues = (): readonly MetricValue[] => {
  const { user, system } = process.cpuUsage();
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
  const { active, idle } = performance.eventLoopUtilization();
  const openFds = openFileDescriptors();
  return [
    metricValue('nic_herald_build_info', 1, { version: ownVersion(), nodejs: process.version }),
    metricValue('nic_herald_event_loop_active_seconds_total', active / 1000),
    metricValue('nic_herald_event_loop_idle_seconds_total', idle / 1000),
    metricValue('process_cpu_seconds_total', (user + system) / 1e6),
    metricValue('process_resident_memory_bytes', rss),
    metricValue('process_start_time_seconds', performance.timeOrigin / 1000),
    ...(openFds === undefined ? [] : [metricValue('process_open_fds', openFds)]),
    metricValue('nodejs_heap_size_used_bytes', heapUsed),
    metricValue('nodejs_heap_size_total_bytes', heapTotal),
    metricValue('nodejs_external_memory_bytes', external),
  ];
};

/** All packages of nic-herald share one version. */
const ownVersion = (): string => {
  version ??= (
    JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version;
  return version;
};
let version: string | undefined;

/** Without the one that reads their list; `undefined` where the system has no such list. */
const openFileDescriptors = (): number | undefined => {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
};
