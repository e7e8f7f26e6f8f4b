import { HeraldError } from '@nic-herald/core';
import { type Capability, heldCapabilities, SystemCallError } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { learnerUnavailable, missingCapabilities } from './learner-error.js';

describe('missingCapabilities', () => {
  it.each<[Capability[], Capability[]]>([
    [[], ['CAP_NET_ADMIN', 'CAP_BPF']],
    [['CAP_NET_ADMIN'], ['CAP_BPF']],
    [['CAP_SYS_ADMIN'], ['CAP_NET_ADMIN']],
    [['CAP_NET_ADMIN', 'CAP_BPF'], []],
    [['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'], []],
  ])('of a process that holds %j', (held, missing) => {
    expect(missingCapabilities(new Set(held))).toEqual(missing);
  });
});

describe('learnerUnavailable', () => {
  it('passes an error that already says what to do', () => {
    const busy = new HeraldError('HERALD_LEARNER_BUSY', 'process 1 learns');
    expect(learnerUnavailable(busy, 'tap0')).toBe(busy);
  });

  it('names the port and the call that was refused', () => {
    const cause = new SystemCallError('bpf', 22, 'load');
    const error = learnerUnavailable(cause, 'tap0');
    expect(error).toMatchObject({ code: 'HERALD_LEARNER_UNAVAILABLE', cause });
    expect(error.message).toMatch(/port tap0: .* bpf says EINVAL/);
  });

  it.skipIf(missingCapabilities(heldCapabilities()).length > 0)('says what an old verifier wants', () => {
    const cause = new SystemCallError('bpf', 13, 'load', 'R8 invalid');
    expect(learnerUnavailable(cause, 'tap0').message).toMatch(
      /refuses the program \(R8 invalid\).*CAP_PERFMON/,
    );
  });

  it('keeps anything else as the cause', () => {
    const cause = new TypeError('x');
    expect(learnerUnavailable(cause, 'tap0')).toMatchObject({ code: 'HERALD_LEARNER_UNAVAILABLE', cause });
  });
});
