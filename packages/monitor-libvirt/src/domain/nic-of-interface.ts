import type { NicDescriptor, ProcessIncarnation } from '@nic-herald/core';
import type { DomainInterface } from './domain-interface.js';
import { knownFilter } from './known-filters.js';
import { qemuDeviceType } from './qemu-device-type.js';

/** Types of interface for which libvirt opens a tap and hands it to QEMU. */
const TAPS = new Set(['bridge', 'network', 'ethernet']);
const MACVTAP = 'direct';
/** QEMU's device for a card of the host: such an interface has no model. */
const PASSED_THROUGH = 'vfio-pci';
/** QEMU's own types of what is neither. */
const OTHERS = new Map([
  ['vhostuser', 'vhost-user'],
  ['vdpa', 'vhost-vdpa'],
]);

/**
 * The NIC of an interface, with the names that QEMU has for it. `holder`: the domain's QEMU, where it is known. One without
 * an alias is named by its MAC: it is about to be plugged.
 */
export const nicOfInterface = (
  { type, mac, alias, model, target, filter }: DomainInterface,
  machine: string,
  holder: ProcessIncarnation | undefined,
): NicDescriptor => {
  const id = alias ?? mac;
  const egress = filter === undefined ? undefined : knownFilter(filter);
  const nic = {
    id,
    type: qemuDeviceType(model, machine),
    primaryMac: mac,
    ...(egress === undefined ? {} : { egress }),
  };
  if (type === 'hostdev') {
    return {
      ...nic,
      type: PASSED_THROUGH,
      portProblem: `${id} is a card of the host, passed to the guest: no port of this host leads to it`,
    };
  }
  const name = alias === undefined ? 'not named yet' : `host${alias}`;
  const opened = {
    ...(target === undefined ? {} : { interfaceName: target }),
    ...(holder === undefined ? {} : { holder }),
  };
  if (TAPS.has(type) || type === MACVTAP) return { ...nic, backend: { type: 'tap', name, ...opened } };
  return { ...nic, backend: { type: OTHERS.get(type) ?? type, name } };
};
