import type { NicDescriptor } from '@nic-herald/core';
import type { ListedNic } from './listed-nic.js';

/**
 * A NIC with the port it had before, where the resolver did not answer and the hypervisor says the same of it as then: what
 * lies ready goes there anyway, and no answer is no reason to have less.
 */
export const portOfBefore = (nic: ListedNic, before: readonly NicDescriptor[]): ListedNic => {
  if (!nic.isPortUnanswered) return nic;
  const known = before.find(({ id }) => id === nic.id);
  if (known?.port === undefined || JSON.stringify(known.backend) !== JSON.stringify(nic.backend)) return nic;
  const { portProblem, ...rest } = nic;
  return { ...rest, port: known.port };
};
