import { HeraldError } from '@nic-herald/core';
import {
  addClassifier,
  addDiscipline,
  createVethPair,
  deleteLink,
  disableIpv6Addresses,
  findLink,
  type LinkInfo,
  listFilters,
  loadClassifier,
  type NetlinkSocket,
  removeDiscipline,
  setLinkUp,
} from '@nic-herald/linux-sys';
import { REDIRECT_PROGRAM_NAME, redirectProgram } from './redirect-program.js';

/** The names of an injector's two interfaces: `near` is sent on, `far` is the other end of its cable. */
export interface PairNames {
  readonly near: string;
  readonly far: string;
}

/** A pair that was built. */
export interface InjectorPair {
  /** The numbers of its interfaces. */
  readonly near: number;
  readonly far: number;
  /** The kernel's number of the program on what `near` sends; absent where the kernel does not tell. */
  readonly programId?: number;
}

/**
 * Builds the pair with the program on what `near` sends, both ends up. Where a step fails, nothing stays. Throws
 * SystemCallError.
 */
export const buildPair = (netlink: NetlinkSocket, names: PairNames, countersFd: number): InjectorPair => {
  createVethPair(netlink, names.near, names.far);
  const near = present(netlink, names.near).index;
  try {
    const far = present(netlink, names.far).index;
    for (const index of [near, far]) disableIpv6Addresses(netlink, index);
    const programId = attachProgram(netlink, near, countersFd);
    for (const index of [near, far]) setLinkUp(netlink, index);
    return { near, far, ...(programId !== undefined && { programId }) };
  } catch (error) {
    deleteLink(netlink, near);
    throw error;
  }
};

/** Puts the program of a pair that stands back, alone, and sets both ends up. Throws SystemCallError. */
export const mendPair = (
  netlink: NetlinkSocket,
  { near, far }: InjectorPair,
  countersFd: number,
): InjectorPair => {
  if (!addDiscipline(netlink, near, 'clsact')) removeDiscipline(netlink, near, 'clsact'); // with whatever filters hang on it
  const programId = attachProgram(netlink, near, countersFd);
  for (const index of [near, far]) setLinkUp(netlink, index);
  return { near, far, ...(programId !== undefined && { programId }) };
};

/** Removes a pair that was built, by the number of either end: the other may have been moved elsewhere. Throws SystemCallError. */
export const removePair = (netlink: NetlinkSocket, { near, far }: InjectorPair): void => {
  for (const [index, other] of [
    [near, far],
    [far, near],
  ] as const) {
    const link = findLink(netlink, { index });
    if (link?.kind === 'veth' && link.linkedIndex === other) deleteLink(netlink, index);
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

/** Gives the kernel's number of the program; absent where it does not tell. */
const attachProgram = (netlink: NetlinkSocket, near: number, countersFd: number): number | undefined => {
  const program = loadClassifier(REDIRECT_PROGRAM_NAME, redirectProgram(countersFd));
  try {
    addDiscipline(netlink, near, 'clsact');
    const place = { hook: 'egress', priority: 1, handle: 0, name: REDIRECT_PROGRAM_NAME } as const;
    addClassifier(netlink, near, place, program.number);
    return listFilters(netlink, near, 'egress').find(({ name }) => name === REDIRECT_PROGRAM_NAME)?.programId;
  } finally {
    program.close(); // the filter holds it from here on, so it goes with the interface
  }
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
