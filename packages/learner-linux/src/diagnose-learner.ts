import type { Finding } from '@nic-herald/core';
import { type LinuxLearnerProbe, probeLinuxLearner } from './probe-linux-learner.js';

/** What a learner brings to an announcement. */
const LEARNS = {
  'linux-bpf': 'MACs, their VLANs and IP addresses, and multicast reports',
  'linux-bridge': 'MACs without IP addresses, so that no garp and no na is sent',
} as const;

/** Which learner would be used here, why not the better one, and what it cannot see. Never rejects. */
export const diagnoseLearner = async (
  options: { readonly inKernel: boolean },
  probe: () => Promise<LinuxLearnerProbe> = probeLinuxLearner,
): Promise<readonly Finding[]> => {
  if (!options.inKernel) {
    return [{ level: 'note', what: `linux-bridge, since inKernel is false: ${LEARNS['linux-bridge']}` }];
  }
  const { learner, refused, unseen } = await probe();
  const why = refused === undefined ? '' : `, since ${refused.message}`;
  return [
    {
      level: refused === undefined ? 'ok' : 'note',
      what: `${learner}: ${LEARNS[learner]}${why}; it does not see ${unseen.join('; ')}`,
      ...(refused === undefined ? {} : { code: refused.code }),
    },
  ];
};
