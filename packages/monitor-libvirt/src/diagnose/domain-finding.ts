import type { Finding } from '@nic-herald/core';
import type { DomainInterface } from '../domain/domain-interface.js';
import type { DomainDescription } from '../domain/domain-xml.js';

/** Types of interface whose host end nic-herald can send through: libvirt opens a tap or a macvtap. */
const WITH_PORT = new Set(['bridge', 'network', 'ethernet', 'direct']);

/** What nic-herald could do for a domain, NIC by NIC. */
export const domainFinding = ({ name, interfaces }: DomainDescription): Finding => {
  if (interfaces.length === 0) return { level: 'note', what: `${name}: it has no NIC` };
  const without = interfaces.some(({ type, target }) => !WITH_PORT.has(type) || target === undefined);
  return {
    level: without ? 'note' : 'ok',
    what: `${name}: ${interfaces.map(inWords).join('; ')}`,
  };
};

const inWords = ({ type, alias, mac, model, target, filter }: DomainInterface): string => {
  const nic = `${alias ?? mac} (${model})`;
  const at =
    WITH_PORT.has(type) && target !== undefined
      ? `at ${target}`
      : `is of type ${type} and ends at no port of this host, so nothing is announced for it`;
  return `${nic} ${at}${filter === undefined ? '' : `, behind the filter ${filter}`}`;
};
