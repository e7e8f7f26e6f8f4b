import type { Finding } from '@nic-herald/core';
import { type LinuxSinkProbe, probeLinuxSink } from './probe-linux-sink.js';

/** Whether frames can be injected here, and which privileges are missing. Never throws. */
export const diagnoseSink = (probe: LinuxSinkProbe = probeLinuxSink()): readonly Finding[] => [
  probe.missing.length === 0
    ? { level: 'ok', what: 'CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF (or CAP_SYS_ADMIN) are held' }
    : {
        level: 'problem',
        what: `${probe.missing.join(', ')} not held`,
        advice: 'run as root, or grant them',
        code: 'HERALD_SINK_UNAVAILABLE',
      },
  probe.usable
    ? {
        level: 'ok',
        what: 'linux-tap: frames enter at the tap, as if the guest had spoken (veth, clsact, eBPF and packet sockets were tried and work)',
      }
    : { level: 'problem', what: `no frame can be injected: ${probe.message}`, code: probe.code },
];
