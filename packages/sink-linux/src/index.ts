export { linuxSink, plugin } from './linux-sink.js';
export { LinuxTapSink } from './linux-tap-sink.js';
export { type LinuxSinkProbe, probeLinuxSink } from './probe-linux-sink.js';
