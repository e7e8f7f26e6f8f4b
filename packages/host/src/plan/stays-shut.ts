import type { NicDescriptor } from '@nic-herald/core';
import { ANNOUNCE_PRESETS } from '@nic-herald/core/internal';

/** What is sent in place of kinds that leave a port shut: what the hypervisor alone would have opened it with. */
export const OPENING_KINDS: readonly string[] = ANNOUNCE_PRESETS['ovn-rarp'];

/**
 * Why kinds that are sent in this order may leave the NIC's port shut; `undefined` where they do not: the first one opens it,
 * nothing is sent at all, or the port is open from the beginning.
 */
export const staysShut = (
  { id, port }: Pick<NicDescriptor, 'id' | 'port'>,
  kinds: readonly string[],
): string | undefined => {
  const [first] = kinds;
  const opener = port?.attachment?.opensOn;
  if (port === undefined || opener === undefined || first === undefined || first === opener) return undefined;
  return `${id}: OVN or neutron manages ${port.name}, which may stay shut until a ${opener} comes in there, and the policy sends ${kinds.join(', ')}: ${OPENING_KINDS.join(', ')} is sent instead; use preset ovn-rarp`;
};
