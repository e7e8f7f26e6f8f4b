export { METRICS, type MetricDescription } from './metric-catalog.js';
export { type MetricsOptions, metrics, plugin } from './metrics-plugin.js';
