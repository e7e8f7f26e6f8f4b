import { release } from 'node:os';
import { HeraldError, isHeraldError } from '@nic-herald/core';
import { type Capability, heldCapabilities, SystemCallError } from '@nic-herald/linux-sys';

/**
 * Why frames cannot be injected on this host, as an error that says what to do. A HeraldError of another
 * kind passes unchanged.
 */
export const sinkUnavailable = (thrown: unknown): HeraldError => {
  if (!(thrown instanceof SystemCallError)) {
    if (isHeraldError(thrown)) return thrown;
    return new HeraldError('HERALD_SINK_UNAVAILABLE', 'frames cannot be injected at guest ports', {
      cause: thrown,
    });
  }
  const missing = missingCapabilities(heldCapabilities());
  return new HeraldError(
    'HERALD_SINK_UNAVAILABLE',
    `frames cannot be injected at guest ports: ${thrown.call} says ${thrown.errnoName} (Linux ${release()}); ${remedy(thrown.errnoName, missing)}`,
    {
      cause: thrown,
      details: { call: thrown.call, errno: thrown.errnoName, missing: missing.join(', ') || undefined },
    },
  );
};

/** What this sink needs and the process lacks: CAP_SYS_ADMIN does where there is no CAP_BPF (before Linux 5.8). */
export const missingCapabilities = (held: ReadonlySet<Capability>): readonly Capability[] => {
  const needed: readonly Capability[] = ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_BPF'];
  return needed.filter((one) => !held.has(one) && !(one === 'CAP_BPF' && held.has('CAP_SYS_ADMIN')));
};

const remedy = (errnoName: string, missing: readonly Capability[]): string => {
  if (missing.length > 0) return `this process lacks ${missing.join(' and ')}: run it as root or grant them`;
  if (errnoName === 'EPERM') {
    return 'it holds the capabilities, so a container, user namespace, seccomp filter or kernel lockdown forbids it: run it on the host itself';
  }
  return 'the kernel must have veth, sch_clsact and cls_bpf (CONFIG_VETH, NET_SCH_INGRESS, NET_CLS_BPF, BPF_SYSCALL)';
};
