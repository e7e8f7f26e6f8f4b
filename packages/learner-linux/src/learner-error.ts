import { release } from 'node:os';
import { HeraldError, isHeraldError, type Port } from '@nic-herald/core';
import { type Capability, heldCapabilities, SystemCallError } from '@nic-herald/linux-sys';

/** Whether an interface of the port's name is not the port itself, but one that was made in its place. */
export const isAnother = ({ index }: Port, link: { readonly index: number }): boolean =>
  index !== undefined && index !== link.index;

/** The port is gone, or was removed and made anew: an interface's number is never used twice at once. */
export const portMissing = (port: Port): HeraldError =>
  new HeraldError(
    'HERALD_PORT_MISSING',
    `port ${port.name} is not in this network namespace, or was removed and made anew: nothing more is learned there`,
    { details: { port: port.name } },
  );

/**
 * Why a port's frames cannot be looked at in the kernel, as an error that says what to do. A HeraldError of
 * another kind passes unchanged.
 */
export const learnerUnavailable = (thrown: unknown, port: string): HeraldError => {
  if (!(thrown instanceof SystemCallError)) {
    if (isHeraldError(thrown)) return thrown;
    return new HeraldError('HERALD_LEARNER_UNAVAILABLE', `port ${port}: learning in the kernel failed`, {
      cause: thrown,
      details: { port },
    });
  }
  const missing = missingCapabilities(heldCapabilities());
  return new HeraldError(
    'HERALD_LEARNER_UNAVAILABLE',
    `port ${port}: the kernel does not let its frames be looked at, ${thrown.call} says ${thrown.errnoName} (Linux ${release()}); ${remedy(thrown, missing)}`,
    {
      cause: thrown,
      details: {
        port,
        call: thrown.call,
        errno: thrown.errnoName,
        missing: missing.join(', ') || undefined,
      },
    },
  );
};

/** What learning in the kernel needs and the process lacks. Before Linux 5.8 there is CAP_SYS_ADMIN for CAP_BPF. */
export const missingCapabilities = (held: ReadonlySet<Capability>): readonly Capability[] => {
  const needed: readonly Capability[] = ['CAP_NET_ADMIN', 'CAP_BPF'];
  return needed.filter((one) => !held.has(one) && !(one === 'CAP_BPF' && held.has('CAP_SYS_ADMIN')));
};

const remedy = ({ errnoName, details }: SystemCallError, missing: readonly Capability[]): string => {
  if (missing.length > 0) return `this process lacks ${missing.join(' and ')}: run it as root or grant them`;
  if (errnoName === 'EPERM') {
    return 'it holds the capabilities, so a container, user namespace, seccomp filter, kernel lockdown or (before Linux 5.11) the limit of locked memory forbids it: run it on the host itself, with LimitMEMLOCK=infinity';
  }
  if (errnoName === 'EACCES') {
    const said = details['reason'] === undefined ? '' : ` (${details['reason']})`;
    return `its verifier refuses the program${said}: one as old as that of Linux 5.10 wants CAP_PERFMON beside CAP_BPF, so run it as root or grant that`;
  }
  return 'it needs Linux 5.8 or newer with sch_ingress and cls_bpf (CONFIG_NET_SCH_INGRESS, NET_CLS_BPF, BPF_SYSCALL)';
};
