import { constants } from 'node:os';
import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { SystemCallError } from './linux-error.js';
import { peerOf, type SocketPeer } from './socket-peer.js';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
/**
 * How many may ask who holds a lock while one process holds it: nobody accepts them, so each stays queued.
 * The kernel caps it at net.core.somaxconn, 4096 by default.
 */
const INQUIRIES = 4096;

/** A lock that was obtained; it ends with `release` or with the process, however that dies. */
export interface NamespaceLock {
  release(): void;
}

/**
 * Takes a lock of which there is one per network namespace: an abstract unix socket, see unix(7). No file is
 * left behind, and two processes in different mount namespaces still meet.
 *
 * Returns the holder where another has it; `unknown` where it is not visible from here. Abstract sockets know no permissions: any user of the namespace can
 * hold a name. Throws SystemCallError.
 */
export const acquireNamespaceLock = (
  name: string,
): NamespaceLock | { readonly heldBy: SocketPeer | 'unknown' } => {
  const address = abstractAddress(name);
  for (let attempt = 1; ; attempt++) {
    const lock = bound(address, name);
    if (lock) return { release: () => lock.close() };
    const heldBy = holderOf(address, name);
    if (heldBy) return { heldBy }; // otherwise it has just gone: once more
    if (attempt === 10)
      throw new SystemCallError('bind', constants.errno.EADDRINUSE, `take the lock ${name}`);
  }
};

/** The listening socket that is the lock, or undefined where the name is taken. */
const bound = (address: Uint8Array, name: string): FileDescriptor | undefined => {
  const descriptor = FileDescriptor.socket(AF_UNIX, SOCK_STREAM, 0, `lock ${name}`);
  try {
    checked(libc().bind(descriptor.number, address, address.length), 'bind', `take the lock ${name}`);
    checked(libc().listen(descriptor.number, INQUIRIES), 'listen', `take the lock ${name}`);
    return descriptor;
  } catch (error) {
    descriptor.close();
    if (error instanceof SystemCallError && error.errno === constants.errno.EADDRINUSE) return undefined;
    throw error;
  }
};

/** Who listens there; undefined where nobody does any more. */
const holderOf = (address: Uint8Array, name: string): SocketPeer | 'unknown' | undefined => {
  const purpose = `find the holder of the lock ${name}`;
  const descriptor = FileDescriptor.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, purpose);
  try {
    checked(libc().connect(descriptor.number, address, address.length), 'connect', purpose);
    return peerOf(descriptor.number) ?? 'unknown';
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === constants.errno.ECONNREFUSED) return undefined;
    if (error instanceof SystemCallError && error.errno === constants.errno.EAGAIN) return 'unknown'; // queue full
    throw error;
  } finally {
    descriptor.close();
  }
};

/** struct sockaddr_un of an abstract name: the path begins with a zero byte, and the length counts. */
const abstractAddress = (name: string): Uint8Array =>
  Uint8Array.of(AF_UNIX, 0, 0, ...new TextEncoder().encode(name));
