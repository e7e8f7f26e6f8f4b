import type { Finding } from '@nic-herald/core';
import { type LinuxLearnerProbe, probeLinuxLearner } from './probe-linux-learner.js';

/** What a learner brings to an announcement. */
const LEARNS = {
  'linux-bpf': 'MACs, their VLANs and IP addresses, and multicast reports',
  'linux-bridge': 'MACs without IP addresses, so that no garp and no na is sent',
} as const;

/** How the program gets at a port's frames, and what that means for the host's own tools. */
const WAYS = {
  tcx: 'by tcx, in the way of no traffic control of the host',
  qdisc:
    'by a filter at an ingress queueing discipline, which gives way to the host’s own and comes back (Linux 6.6 has tcx)',
} as const;

/** Which learner would be used here, why not the better one, and what it cannot see. Never rejects. */
export const diagnoseLearner = async (
  options: { readonly inKernel: boolean },
  probe: () => Promise<LinuxLearnerProbe> = probeLinuxLearner,
): Promise<readonly Finding[]> => {
  if (!options.inKernel) {
    return [{ level: 'note', what: `linux-bridge, since inKernel is false: ${LEARNS['linux-bridge']}` }];
  }
  const { learner, way, refused, unseen } = await probe();
  const why = refused === undefined ? '' : `, since ${refused.message}`;
  return [
    {
      level: refused === undefined ? 'ok' : 'note',
      what: `${learner}${way === undefined ? '' : `, ${WAYS[way]}`}: ${LEARNS[learner]}${why}; it does not see ${unseen.join('; ')}`,
      ...(refused === undefined ? {} : { code: refused.code }),
    },
  ];
};
