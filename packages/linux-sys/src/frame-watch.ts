import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { AF_PACKET, linkLayerAddress, SOCK_RAW } from './packet-socket.js';
import { SO_ATTACH_BPF, SOL_SOCKET, setNumberOption } from './socket-option.js';

const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const ETH_P_ALL = 3;

/** A program that is shown the frames at an interface. */
export interface FrameWatch {
  readonly ifindex: number;
  /** Ends it without holding up the event loop for the 10 ms that closing takes. */
  closeInBackground(): Promise<void>;
}

/**
 * Shows a socket filter (`loadSocketFilter`, by its descriptor) every frame that comes in at an interface, before a bridge
 * or switch takes it: from the Ethernet header on, the outermost tag beside it. The filter must take no frame (return 0),
 * for nothing reads them. Needs CAP_NET_RAW, and Linux 4.20.
 *
 * Throws SystemCallError (EPERM without the capability, ENODEV where there is no such interface).
 */
export const watchIngress = (ifindex: number, filterFd: number): FrameWatch => watch(ifindex, filterFd, true);

/**
 * The same for all frames at an interface: those that go out as the driver is given them, a tag beside the frame or in it.
 * Which way one goes stands in its `pkt_type`. Each that goes out is copied once for the socket, but not its data.
 */
export const watchFrames = (ifindex: number, filterFd: number): FrameWatch => watch(ifindex, filterFd, false);

const watch = (ifindex: number, filterFd: number, onlyIncoming: boolean): FrameWatch => {
  const name = `interface number ${ifindex}`;
  // Of protocol 0 it hears nothing until it is bound, and then the filter is in its place.
  const descriptor = FileDescriptor.socket(AF_PACKET, SOCK_RAW, 0, `packet socket for ${name}`).prepared(
    (fd) => {
      if (onlyIncoming)
        setNumberOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, `hear only what comes in at ${name}`);
      setNumberOption(fd, SOL_SOCKET, SO_ATTACH_BPF, filterFd, `filter for ${name}`);
      const address = linkLayerAddress(ifindex, ETH_P_ALL);
      checked(libc().bind(fd, address, address.length), 'bind', `packet socket to ${name}`);
    },
  );
  return { ifindex, closeInBackground: () => descriptor.closeInBackground() };
};
