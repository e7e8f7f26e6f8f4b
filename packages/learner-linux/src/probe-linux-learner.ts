import type { ErrorCode } from '@nic-herald/core';
import {
  type Capability,
  createVethPair,
  deleteLink,
  findLink,
  heldCapabilities,
  type IngressWay,
  NetlinkSocket,
} from '@nic-herald/linux-sys';
import { BpfPortLearner } from './bpf-port-learner.js';
import { learnerUnavailable, missingCapabilities } from './learner-error.js';

/** Which learner this host would use, and what stays unseen with it. */
export interface LinuxLearnerProbe {
  readonly learner: 'linux-bpf' | 'linux-bridge';
  /** How `linux-bpf` gets at a port's frames here; absent where it is not used. */
  readonly way?: IngressWay;
  /** Capabilities that learning in the kernel needs and this process lacks. */
  readonly missing: readonly Capability[];
  /** Why not `linux-bpf`; absent where it is used. */
  readonly refused?: { readonly code: ErrorCode; readonly message: string };
  /** What this learner cannot see, a sentence each. */
  readonly unseen: readonly string[];
}

/** A cable of our own to try on; its ends are told from anybody's interfaces by both names. */
const PROBE = { near: 'heraldlearn0', far: 'heraldlearn1' };
const PROBE_CAPACITY = 256;

const UNSEEN = {
  'linux-bpf': [
    'guests whose ports are not taps of this network namespace',
    'service tags (802.1ad): such a frame counts as untagged',
    'stations that were silent since nic-herald started here',
  ],
  'linux-bridge': [
    'guests whose taps are not ports of a Linux bridge, such as those of Open vSwitch',
    'which IP addresses a guest owns, and its multicast reports',
    'which VLAN a MAC uses, where the bridge does not look at VLANs (vlan_filtering 0)',
    'whether an entry is the guest’s or an announcement made before nic-herald was restarted',
    'stations silent for longer than the bridge’s ageing time, 300 s by default',
  ],
} as const;
const UNSEEN_BY_QDISC =
  'what comes in within 2 s after a tool of the host replaced the queueing discipline at a port’s ingress';

/**
 * Builds all that learning in the kernel needs, on a cable of its own, and removes it at once: the only sure
 * answer. An agent that runs meanwhile is neither disturbed nor noticed. Never throws.
 */
export const probeLinuxLearner = async (): Promise<LinuxLearnerProbe> => {
  const missing = missingCapabilities(heldCapabilities());
  try {
    const way = await tryOnCable();
    const unseen = way === 'tcx' ? UNSEEN['linux-bpf'] : [...UNSEEN['linux-bpf'], UNSEEN_BY_QDISC];
    return { learner: 'linux-bpf', way, missing, unseen };
  } catch (thrown) {
    const { code, message } = learnerUnavailable(thrown, PROBE.near);
    return {
      learner: 'linux-bridge',
      missing,
      refused: { code, message },
      unseen: UNSEEN['linux-bridge'],
    };
  }
};

const tryOnCable = async (): Promise<IngressWay> => {
  const netlink = new NetlinkSocket();
  try {
    removeCable(netlink); // left by a probe that was killed
    createVethPair(netlink, PROBE.near, PROBE.far);
    try {
      const learner = BpfPortLearner.open({ kind: 'veth', name: PROBE.near }, { capacity: PROBE_CAPACITY });
      try {
        await learner.read();
        return learner.way;
      } finally {
        await learner.close();
      }
    } finally {
      removeCable(netlink);
    }
  } finally {
    netlink.close();
  }
};

const removeCable = (netlink: NetlinkSocket): void => {
  const near = findLink(netlink, { name: PROBE.near });
  const far = findLink(netlink, { name: PROBE.far });
  if (near?.kind === 'veth' && near.linkedIndex === far?.index) deleteLink(netlink, near.index);
};
