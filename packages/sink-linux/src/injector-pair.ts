import { HeraldError } from '@nic-herald/core';
import {
  attachEgressClassifier,
  createVethPair,
  deleteLink,
  disableIpv6Addresses,
  findLink,
  type LinkInfo,
  loadClassifier,
  type NetlinkSocket,
  setLinkUp,
} from '@nic-herald/linux-sys';
import { REDIRECT_PROGRAM, REDIRECT_PROGRAM_NAME } from './redirect-program.js';

/** The names of an injector's two interfaces: `near` is sent on, `far` is the other end of its cable. */
export interface PairNames {
  readonly near: string;
  readonly far: string;
}

/**
 * Builds the pair with the program on what `near` sends, both ends up, and returns near's number. Where a step
 * fails, nothing stays. Throws SystemCallError.
 */
export const buildPair = (netlink: NetlinkSocket, names: PairNames): number => {
  createVethPair(netlink, names.near, names.far);
  const near = present(netlink, names.near).index;
  try {
    const far = present(netlink, names.far).index;
    for (const index of [near, far]) disableIpv6Addresses(netlink, index);
    const program = loadClassifier(REDIRECT_PROGRAM_NAME, REDIRECT_PROGRAM);
    try {
      attachEgressClassifier(netlink, near, { fd: program.number, name: REDIRECT_PROGRAM_NAME });
    } finally {
      program.close(); // the filter holds it from here on, so it goes with the interface
    }
    for (const index of [near, far]) setLinkUp(netlink, index);
    return near;
  } catch (error) {
    deleteLink(netlink, near);
    throw error;
  }
};

/**
 * Removes a pair of these names that an owner left when it was killed. For the holder of the lock only.
 * Throws HERALD_SINK_NAME_TAKEN where something else has one of the names, SystemCallError.
 */
export const reapPair = (netlink: NetlinkSocket, names: PairNames): void => {
  const near = findLink(netlink, { name: names.near });
  const far = findLink(netlink, { name: names.far });
  if (!near && !far) return;
  if (near?.kind === 'veth' && far?.kind === 'veth' && near.linkedIndex === far.index) {
    deleteLink(netlink, near.index);
    return;
  }
  const taken = near ?? far;
  throw new HeraldError(
    'HERALD_SINK_NAME_TAKEN',
    `this host has an interface ${taken?.name} that is not half of the veth pair ${names.near} and ${names.far}; nic-herald needs both names and does not touch it: rename or remove it`,
    { details: { interface: taken?.name, kind: taken?.kind } },
  );
};

const present = (netlink: NetlinkSocket, name: string): LinkInfo => {
  const link = findLink(netlink, { name });
  if (link) return link;
  throw new HeraldError(
    'HERALD_SINK_UNAVAILABLE',
    `${name} went away while it was set up: somebody else removes it`,
    {
      details: { interface: name },
    },
  );
};
