import type { NicBackend } from '@nic-herald/core';
import type { NetworkNic } from '../commands/network-clients.js';

/** Most characters taken of what QEMU says of itself. */
const MAX_TYPE = 64;
const MAX_NAME = 128;
/** Of an interface Linux takes 15 bytes, no '/' and no blank; it may hold commas. QEMU prints a script behind it. */
const INTERFACE = /^ifname=([^\s/,][^\s/]{0,14}?)(?:,script=|$)/;
/** A queue's number in QEMU's own table of descriptors. QEMU prints nothing else then; a name may look like one. */
const DESCRIPTOR = /^fd=(\d{1,10})(?:,|$)/;

/** What QEMU says of the host end of a NIC, without whose process that is; or why it has none. */
export const backendOf = ({
  name,
  peer,
  hub,
}: NetworkNic): { readonly backend: NicBackend } | { readonly portProblem: string } => {
  if (hub) {
    return { portProblem: `${name} is on QEMU's hub ${hub.number}; give it a -netdev tap of its own` };
  }
  if (!peer) return { portProblem: `${name} has no netdev` };
  const interfaceName = INTERFACE.exec(peer.info)?.[1];
  const descriptor = DESCRIPTOR.exec(peer.info)?.[1];
  return {
    backend: {
      type: peer.type.slice(0, MAX_TYPE),
      name: peer.name.slice(0, MAX_NAME),
      ...(interfaceName === undefined ? {} : { interfaceName }),
      ...(descriptor === undefined ? {} : { descriptors: [Number(descriptor)] }),
    },
  };
};
