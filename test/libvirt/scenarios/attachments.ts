import type { LibvirtCase } from '../libvirt-case.js';
import { moveCase } from '../move-case.js';
import { withOpenVswitch } from '../ovs-hosts.js';

/** Other ways in which a domain's XML puts its cards into a network. */
export const attachments: readonly LibvirtCase[] = [
  moveCase({
    name: 'isolated-ports',
    summary: 'the taps are isolated: they reach the uplink and no other guest',
    attachment: { more: "<port isolated='yes'/>" },
    moves: async (trial) => [(await trial.move('A', 'B')).measurement],
  }),
  moveCase({
    name: 'open-vswitch',
    summary: 'libvirt puts the taps into an Open vSwitch, with its userspace datapath',
    attachment: { more: "<virtualport type='openvswitch'/>" },
    before: withOpenVswitch,
    moves: async (trial) => [(await trial.move('A', 'B')).measurement],
  }),
];
