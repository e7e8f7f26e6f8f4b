import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { interfaceIndex } from './links.js';
import {
  SO_MARK,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SOL_SOCKET,
  setNumberOption,
  setTimeoutOption,
} from './socket-option.js';

/** How to open a packet socket: on one interface, named or numbered, of this process's network namespace. */
export type PacketSocketOptions = {
  /** skb->mark of every frame, 1 to 2^32 - 1; absent = 0. Needs CAP_NET_ADMIN (or, since 5.17, CAP_NET_RAW). */
  readonly mark?: number;
  /** SO_SNDBUF; the kernel doubles it and caps it at net.core.wmem_max. Absent = the system's default. */
  readonly sendBufferBytes?: number;
  /**
   * How long one send may wait for the kernel to take what was sent before, at least 1; default 20. This is
   * the back-pressure that keeps a burst from running over the kernel's own backlog.
   */
  readonly sendTimeoutMs?: number;
} & ({ readonly ifindex: number } | { readonly interfaceName: string });

/**
 * An AF_PACKET socket that sends whole Ethernet frames, tag included, through one interface and receives
 * nothing (packet(7), protocol 0: opening and binding stay cheap). Open once and keep: closing takes 10 ms.
 *
 * PACKET_QDISC_BYPASS is never set: it would skip the interface's clsact egress hook, and with it injection.
 */
export class PacketSocket {
  private readonly descriptor: FileDescriptor;
  private bound: number;

  /** See `openPacketSocket`. */
  constructor(descriptor: FileDescriptor, ifindex: number) {
    this.descriptor = descriptor;
    this.bound = ifindex;
  }

  /** The interface that it sends through. */
  get ifindex(): number {
    return this.bound;
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.descriptor.number;
  }

  /**
   * Sends through another interface from now on; what was laid out for this socket stays good. Throws SystemCallError
   * (ENODEV where there is no such interface).
   */
  rebind(ifindex: number): void {
    bindTo(this.fd, ifindex, `interface number ${ifindex}`);
    this.bound = ifindex;
  }

  /** Closes it; a batch sent afterwards fails with EBADF. */
  close(): void {
    this.descriptor.close();
  }

  /** The same without holding up the event loop for those 10 ms. */
  closeInBackground(): Promise<void> {
    return this.descriptor.closeInBackground();
  }
}

/**
 * Opens a packet socket. Needs CAP_NET_RAW.
 *
 * Throws SystemCallError (EPERM without the capability, ENODEV where there is no such interface).
 */
export const openPacketSocket = (options: PacketSocketOptions): PacketSocket => {
  const ifindex = 'ifindex' in options ? options.ifindex : interfaceIndex(options.interfaceName);
  const name = 'ifindex' in options ? `interface number ${ifindex}` : options.interfaceName;
  const descriptor = FileDescriptor.socket(AF_PACKET, SOCK_RAW, 0, `packet socket for ${name}`);
  descriptor.prepared((fd) => {
    setTimeoutOption(fd, SO_SNDTIMEO, options.sendTimeoutMs ?? 20, `send timeout for ${name}`);
    if (options.mark !== undefined)
      setNumberOption(fd, SOL_SOCKET, SO_MARK, options.mark, `mark for ${name}`);
    if (options.sendBufferBytes !== undefined) {
      setNumberOption(fd, SOL_SOCKET, SO_SNDBUF, options.sendBufferBytes, `send buffer for ${name}`);
    }
    bindTo(fd, ifindex, name);
  });
  return new PacketSocket(descriptor, ifindex);
};

const bindTo = (fd: number, ifindex: number, name: string): void => {
  const address = linkLayerAddress(ifindex);
  checked(libc().bind(fd, address, address.length), 'bind', `packet socket to ${name}`);
};

/** struct sockaddr_ll; with protocol 0, send only. */
export const linkLayerAddress = (ifindex: number, protocol = 0): Uint8Array => {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol); // in the order of the wire
  view.setInt32(4, ifindex, true);
  return bytes;
};

/** packet(7): whole frames, and of an interface. */
export const AF_PACKET = 17;
export const SOCK_RAW = 3;
