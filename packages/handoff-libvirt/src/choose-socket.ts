import { type HeraldError, isHeraldError } from '@nic-herald/core';
import { findLocalSocket } from '@nic-herald/libvirt';
import type { LibvirtHandoffSettings } from './libvirt-handoff-options.js';

/** How the daemon is to be reached. */
export interface ChosenSocket {
  /** Why it is reached read-only, for people; absent where it is not. */
  readonly readOnlyWhy?: string;
  /** Asked before each attempt; throws where there is none. */
  readonly find: () => string;
}

const READ_ONLY_SOCKET = '-ro';

/** The socket that is named, or the one that is found. */
export const chooseSocket = ({
  readOnly,
  socket,
}: Pick<LibvirtHandoffSettings, 'readOnly' | 'socket'>): ChosenSocket => {
  const find = (): string => socket ?? findLocalSocket({ readOnly });
  if (readOnly) return { readOnlyWhy: 'the option readOnly', find };
  return socket?.endsWith(READ_ONLY_SOCKET) ? { readOnlyWhy: 'the socket is read-only', find } : { find };
};

/** The read-only socket beside it, where this process may not use the one that was chosen; else `undefined`. */
export const readOnlyInstead = (
  { find, readOnlyWhy }: ChosenSocket,
  problem: unknown,
): ChosenSocket | undefined =>
  readOnlyWhy === undefined && isHeraldError(problem) && isForbidden(problem)
    ? { readOnlyWhy: `this process may not use ${find()}`, find: () => `${find()}${READ_ONLY_SOCKET}` }
    : undefined;

const isForbidden = ({ code, details }: HeraldError): boolean =>
  code === 'HERALD_LIBVIRT_AUTH' ||
  (code === 'HERALD_LIBVIRT_CONNECT' && (details['errno'] === 'EACCES' || details['errno'] === 'EPERM'));
