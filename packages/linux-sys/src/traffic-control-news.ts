import { constants } from 'node:os';
import type { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { SystemCallError } from './linux-error.js';
import { decodeMessages, viewOf } from './netlink-message.js';
import { AF_NETLINK, openRouteSocket } from './netlink-socket.js';

// rtnetlink(7), linux/rtnetlink.h

/** The bit of RTNLGRP_TC: queueing disciplines, classes and filters of all interfaces. */
const TRAFFIC_CONTROL_GROUP = 1 << 3;
const MSG_DONTWAIT = 0x40;
const RECEIVE_BYTES = 16384;
/** struct tcmsg up to and including tcm_ifindex. */
const LEAST_BYTES = 8;
/** At most so many datagrams at once: what is left is read the next time. */
const MOST_AT_ONCE = 512;

/**
 * Hears where in this network namespace queueing disciplines and filters change. The kernel keeps what was not read
 * yet, so it can be asked now and then, and nobody waits.
 */
export class TrafficControlNews {
  private readonly descriptor: FileDescriptor;
  private readonly buffer = new Uint8Array(RECEIVE_BYTES);

  /** Listens from now on; needs no privilege. Throws SystemCallError. */
  constructor() {
    const purpose = 'changes of traffic control';
    this.descriptor = openRouteSocket(purpose).prepared((fd) => {
      const address = new Uint8Array(12); // struct sockaddr_nl: family, pad, port, groups
      const view = new DataView(address.buffer);
      view.setUint16(0, AF_NETLINK, true);
      view.setUint32(8, TRAFFIC_CONTROL_GROUP, true);
      checked(libc().bind(fd, address, address.length), 'bind', purpose);
    });
  }

  /**
   * The numbers of the interfaces where anything changed since it was asked last; `all` where more happened than the
   * kernel kept. Returns at once. Throws SystemCallError.
   */
  read(): ReadonlySet<number> | 'all' {
    const changed = new Set<number>();
    let isLost = false;
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const length = libc().recv(this.descriptor.number, this.buffer, this.buffer.length, MSG_DONTWAIT);
      if (length < 0) {
        const errno = libc().errno();
        if (errno === constants.errno.EAGAIN) break;
        if (errno === constants.errno.EINTR) continue;
        if (errno !== constants.errno.ENOBUFS) throw new SystemCallError('recv', errno, 'traffic control');
        isLost = true;
        continue;
      }
      for (const { payload } of decodeMessages(this.buffer.subarray(0, length))) {
        changed.add(viewOf(payload, LEAST_BYTES, 'traffic control message').getInt32(4, true));
      }
    }
    return isLost ? 'all' : changed;
  }

  close(): void {
    this.descriptor.close();
  }
}
