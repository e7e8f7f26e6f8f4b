import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { LinuxError } from './linux-error.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Bytes of sun_path, see unix(7). */
const PATH_BYTES = 108;

/**
 * Sends one datagram to a unix socket, which Node has no way to do; it never waits. `address` is an absolute path, or `@` and a
 * name for one without a file (an abstract socket).
 *
 * Throws SystemCallError (ENOENT, ECONNREFUSED: no process has it; EAGAIN: its queue is full), and HERALD_SOCKET_ADDRESS where the
 * address is neither, or has more than 107 bytes.
 */
export const sendDatagram = (address: string, bytes: Uint8Array): void => {
  const socketAddress = unixAddress(address);
  const purpose = `send to the socket ${address}`;
  const socket = FileDescriptor.socket(AF_UNIX, SOCK_DGRAM, 0, purpose);
  try {
    checked(libc().connect(socket.number, socketAddress, socketAddress.length), 'connect', purpose);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    checked(libc().send(socket.number, bytes, bytes.length, flags), 'send', purpose);
  } finally {
    socket.close();
  }
};

/** A struct sockaddr_un: the family, then the path; an abstract one begins with a zero byte and has none at its end. */
export const unixAddress = (address: string): Uint8Array => {
  const path = new TextEncoder().encode(address);
  if (!/^[/@][^\0]+$/.test(address) || path.length >= PATH_BYTES) {
    throw new LinuxError(
      'HERALD_SOCKET_ADDRESS',
      `'${address}' is no address of a unix socket: expected an absolute path, or @ and a name, of at most ${PATH_BYTES - 1} bytes`,
      { details: { address } },
    );
  }
  const isAbstract = address.startsWith('@');
  const bytes = new Uint8Array(2 + path.length + (isAbstract ? 0 : 1));
  bytes[0] = AF_UNIX; // a 16-bit number of the machine, and it is little-endian
  bytes.set(path, 2);
  if (isAbstract) bytes[2] = 0;
  return bytes;
};
