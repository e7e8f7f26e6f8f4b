import type { Port } from '@nic-herald/core';
import { field, type NetworkNic } from '../commands/network-clients.js';

/** An interface name as Linux takes it: up to 15 bytes, no '/', no blank. */
const INTERFACE = /^[^\s/]{1,15}$/;

/** The host end of a NIC, or why it cannot be found. */
export const portOf = ({ name, peer, hub }: NetworkNic): { port: Port } | { portProblem: string } => {
  if (hub) {
    return { portProblem: `${name} is on QEMU's hub ${hub.number}; give it a -netdev tap of its own` };
  }
  if (!peer) return { portProblem: `${name} has no netdev` };
  if (peer.type !== 'tap') {
    return { portProblem: `netdev ${peer.name} is of type ${peer.type}; only taps can be announced through` };
  }
  const ifname = field(peer.info, 'ifname');
  if (ifname !== undefined && INTERFACE.test(ifname)) return { port: { kind: 'tap', name: ifname } };
  return {
    portProblem:
      `netdev ${peer.name} is a tap without a name (${peer.info.slice(0, 80)}): QEMU was handed the open device, ` +
      'as libvirt does, and cannot tell which it is; start QEMU with -netdev tap,ifname=NAME',
  };
};
