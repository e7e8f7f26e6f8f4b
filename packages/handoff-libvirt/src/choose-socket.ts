import { isHeraldError } from '@nic-herald/core';
import { findLocalSocket, isForbidden, isReadOnlySocket, readOnlySocket } from '@nic-herald/libvirt';
import type { LibvirtHandoffSettings } from './libvirt-handoff-options.js';

/** How the daemon is to be reached. */
export interface ChosenSocket {
  /** Why it is reached read-only, for people; absent where it is not. */
  readonly readOnlyWhy?: string;
  /** Asked before each attempt; throws where there is none. */
  readonly find: () => string;
}

/** The socket that is named, or the one that is found. */
export const chooseSocket = ({
  readOnly,
  socket,
}: Pick<LibvirtHandoffSettings, 'readOnly' | 'socket'>): ChosenSocket => {
  const find = (): string => socket ?? findLocalSocket({ readOnly });
  if (readOnly) return { readOnlyWhy: 'the option readOnly', find };
  return socket !== undefined && isReadOnlySocket(socket)
    ? { readOnlyWhy: 'the socket is read-only', find }
    : { find };
};

/** The read-only socket beside it, where this process may not use the one that was chosen; else `undefined`. */
export const readOnlyInstead = (
  { find, readOnlyWhy }: ChosenSocket,
  problem: unknown,
): ChosenSocket | undefined =>
  readOnlyWhy === undefined && isHeraldError(problem) && isForbidden(problem)
    ? { readOnlyWhy: `this process may not use ${find()}`, find: () => readOnlySocket(find()) }
    : undefined;
