import { expect, it } from 'vitest';
import { diagnoseLearner } from './diagnose-learner.js';
import type { LinuxLearnerProbe } from './probe-linux-learner.js';

const probed = (probe: Partial<LinuxLearnerProbe>) => async (): Promise<LinuxLearnerProbe> => ({
  learner: 'linux-bpf',
  missing: [],
  unseen: ['what is asleep', 'what is gone'],
  ...probe,
});

it('does without the kernel where it is told to, and tries nothing there', async () => {
  const probe = () => Promise.reject(new Error('not asked'));
  expect(await diagnoseLearner({ inKernel: false }, probe)).toEqual([
    { level: 'note', what: expect.stringContaining('inKernel is false') as string },
  ]);
});

it('tells why the kernel is not used: less is learned, and the rest is announced', async () => {
  const refused = { code: 'HERALD_LEARNER_UNAVAILABLE', message: 'bpf says EPERM' } as const;
  expect(await diagnoseLearner({ inKernel: true }, probed({ learner: 'linux-bridge', refused }))).toEqual([
    {
      level: 'note',
      what: 'linux-bridge: MACs without IP addresses, so that no garp and no na is sent, since bpf says EPERM; it does not see what is asleep; what is gone',
      code: 'HERALD_LEARNER_UNAVAILABLE',
    },
  ]);
});

it.each([
  ['tcx', 'linux-bpf, by tcx, in the way of no traffic control of the host: MACs'],
  ['qdisc', 'linux-bpf, by a filter at an ingress queueing discipline, which gives way'],
] as const)('tells that the program gets at frames by %s', async (way, words) => {
  expect(await diagnoseLearner({ inKernel: true }, probed({ way }))).toEqual([
    { level: 'ok', what: expect.stringContaining(words) as string },
  ]);
});

it('tells what is learned, and what stays unseen', async () => {
  expect(await diagnoseLearner({ inKernel: true }, probed({}))).toEqual([
    {
      level: 'ok',
      what: 'linux-bpf: MACs, their VLANs and IP addresses, and multicast reports; it does not see what is asleep; what is gone',
    },
  ]);
});
