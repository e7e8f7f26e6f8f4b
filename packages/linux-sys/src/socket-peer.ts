import { checked, libc } from './libc.js';
import { SO_PEERCRED, SOL_SOCKET } from './socket-option.js';

/** Who is at the other end of a unix socket: process and user as this process's namespaces number them. */
export interface SocketPeer {
  readonly pid: number;
  readonly uid: number;
}

/** struct ucred: pid, uid, gid. */
const CREDENTIALS_BYTES = 12;

/**
 * The process at the other end of a connected unix socket, by SO_PEERCRED (unix(7)): of a client's socket, the
 * process that called listen(2), even where it handed the listening socket on since. `undefined` where that process
 * cannot be seen from this PID namespace. Throws SystemCallError, HERALD_NATIVE_UNAVAILABLE.
 */
export const peerOf = (fd: number): SocketPeer | undefined => {
  const credentials = new Uint8Array(CREDENTIALS_BYTES);
  const length = Uint32Array.of(CREDENTIALS_BYTES);
  const result = libc().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length);
  checked(result, 'getsockopt', 'find the process at the other end of a socket');
  return parseCredentials(credentials);
};

/** Reads a struct ucred; `undefined` where its process is not visible, which the kernel writes as pid 0. */
export const parseCredentials = (credentials: Uint8Array): SocketPeer | undefined => {
  const view = new DataView(credentials.buffer, credentials.byteOffset, credentials.byteLength);
  const pid = view.getInt32(0, true);
  return pid > 0 ? { pid, uid: view.getUint32(4, true) } : undefined;
};
