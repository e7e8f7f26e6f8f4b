export { linuxSink, plugin } from './linux-sink.js';
export type { LinuxSinkOptions } from './linux-sink-options.js';
export { LinuxTapSink } from './linux-tap-sink.js';
export { type LinuxSinkProbe, probeLinuxSink } from './probe-linux-sink.js';
