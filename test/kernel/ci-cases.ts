import type { Suite } from './debian-kernel.js';

/**
 * What runs on each kernel where time is short: each tool and each order once, each network once; the newer kernel, whose learner
 * has nothing in common with a qdisc, the fewest.
 */
export const ciCases: Readonly<Record<Suite, readonly string[]>> = {
  bullseye: ['kernel-trigger', 'kernel-learner'],
  bookworm: [
    'kernel-trigger',
    'kernel-learner',
    'libvirt-learner-first',
    'open-vswitch-limit-first',
    'proxmox-limit-first',
    'kernel-open-vswitch',
    'vlan-filtering-bridge',
    'renumbered-bridge',
    'bridge-per-vlan',
    'libvirt-mac-table',
  ],
  trixie: ['kernel-trigger', 'kernel-learner', 'open-vswitch-learner-first', 'kernel-open-vswitch'],
};
