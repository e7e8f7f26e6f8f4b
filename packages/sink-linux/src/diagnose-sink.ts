import type { Finding } from '@nic-herald/core';
import type { LinuxSinkOptions } from './linux-sink-options.js';
import { probeKernelTrigger } from './probe-kernel-trigger.js';
import { type LinuxSinkProbe, probeLinuxSink } from './probe-linux-sink.js';

/** What is tried. */
export interface SinkProbes {
  readonly sink: LinuxSinkProbe;
  /** Why the kernel does not send by itself; absent: it does. */
  readonly triggerRefusal?: string | undefined;
}

const WITHOUT = 'announcements are sent by the agent when it hears of RESUME, some milliseconds later';

/** Whether frames can be injected here, by whom, and which privileges are missing. Never throws. */
export const diagnoseSink = (
  { inKernel = true }: LinuxSinkOptions = {},
  { sink, triggerRefusal }: SinkProbes = { sink: probeLinuxSink(), triggerRefusal: probeKernelTrigger() },
): readonly Finding[] => [
  sink.missing.length === 0
    ? { level: 'ok', what: 'CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF (or CAP_SYS_ADMIN) are held' }
    : {
        level: 'problem',
        what: `${sink.missing.join(', ')} not held`,
        advice: 'run as root, or grant them',
        code: 'HERALD_SINK_UNAVAILABLE',
      },
  sink.usable
    ? {
        level: 'ok',
        what: 'linux-tap: frames enter at the tap, as if the guest had spoken (veth, clsact, eBPF and packet sockets were tried and work)',
      }
    : { level: 'problem', what: `no frame can be injected: ${sink.message}`, code: sink.code },
  ...(sink.usable ? [ofTrigger(inKernel, triggerRefusal)] : []),
];

const ofTrigger = (inKernel: boolean, refusal: string | undefined): Finding => {
  if (!inKernel) return { level: 'note', what: `since inKernel is false, ${WITHOUT}` };
  if (refusal === undefined)
    return { level: 'ok', what: 'announcements leave in the kernel, when QEMU announces its guest' };
  return {
    level: 'note',
    what: `${WITHOUT}: this kernel takes no programs for it: ${refusal}`,
    advice: 'Linux 5.8 and later can; 5.10 was seen to want CAP_PERFMON for it, 6.1 does not',
    code: 'HERALD_TRIGGER_UNAVAILABLE',
  };
};
