import { constants } from 'node:os';
import {
  addClassifier,
  addClsact,
  listFilters,
  type NetlinkSocket,
  removeClassifier,
  removeClsact,
  SystemCallError,
  type TrafficFilter,
} from '@nic-herald/linux-sys';

/** The filter's name in `tc filter show`, where the queueing discipline is somebody else's. */
const FILTER_NAME = 'nic-herald-learn';
/** The same where the queueing discipline is ours too: so also whoever finds both after a crash knows. */
const FILTER_AND_CLSACT_NAME = 'nic-herald-learn+clsact';
/** Unlike what anybody counts up from 1. */
const HANDLE = 0x6e68;

/** Whether a filter is this learner's, of whichever process. */
export const isLearnFilter = ({ kind, name }: TrafficFilter): boolean =>
  kind === 'bpf' && (name === FILTER_NAME || name === FILTER_AND_CLSACT_NAME);

/**
 * The lowest priority at which a bpf filter can be added: filters of one priority and chain must be of one kind
 * and protocol. Mostly 1, so that no other filter ends a frame's way before it was seen.
 */
export const freePriority = (others: readonly TrafficFilter[]): number => {
  const taken = new Set(
    others
      .filter(({ chain, kind, allProtocols }) => chain === 0 && !(kind === 'bpf' && allProtocols))
      .map(({ priority }) => priority),
  );
  let priority = 1;
  while (taken.has(priority)) priority++;
  return priority;
};

/**
 * Puts the learning program on an interface's ingress, beside whatever filters are there; what a killed process
 * left of it is removed first. Throws SystemCallError.
 */
export const attachIngress = (netlink: NetlinkSocket, index: number, programFd: number): void => {
  const made = addClsact(netlink, index);
  try {
    const leftOver = removeLearnFilters(netlink, index);
    const name =
      made || leftOver.some((one) => one.name === FILTER_AND_CLSACT_NAME)
        ? FILTER_AND_CLSACT_NAME
        : FILTER_NAME;
    const priority = freePriority(listFilters(netlink, index, 'ingress'));
    addClassifier(netlink, index, { hook: 'ingress', priority, handle: HANDLE, name }, programFd);
  } catch (error) {
    if (made) removeClsact(netlink, index);
    throw error;
  }
};

/** Whether the program is still there. Throws SystemCallError. */
export const isAttached = (netlink: NetlinkSocket, index: number): boolean =>
  listFilters(netlink, index, 'ingress').some(isLearnFilter);

/**
 * Removes the program, and the queueing discipline where we made it and nobody else uses it. Nothing where the
 * interface or all of it is gone. Throws SystemCallError.
 */
export const detachIngress = (netlink: NetlinkSocket, index: number): void => {
  const removed = removeLearnFilters(netlink, index);
  if (!removed.some(({ name }) => name === FILTER_AND_CLSACT_NAME)) return;
  if (listFilters(netlink, index, 'ingress').length > 0) return;
  if (listFilters(netlink, index, 'egress').length > 0) return;
  unlessGone(() => removeClsact(netlink, index));
};

const removeLearnFilters = (netlink: NetlinkSocket, index: number): readonly TrafficFilter[] => {
  const ours = listFilters(netlink, index, 'ingress').filter(isLearnFilter);
  for (const { priority, handle } of ours) {
    unlessGone(() => removeClassifier(netlink, index, { hook: 'ingress', priority, handle }));
  }
  return ours;
};

/** Somebody may remove the interface, its queueing discipline or a filter at the same moment: all is well then. */
const unlessGone = (remove: () => void): void => {
  const { ENOENT, ENODEV, EINVAL } = constants.errno;
  try {
    remove();
  } catch (error) {
    if (error instanceof SystemCallError && [ENOENT, ENODEV, EINVAL].some((one) => one === error.errno))
      return;
    throw error;
  }
};
