import { constants } from 'node:os';
import type { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { SystemCallError } from './linux-error.js';
import { decodeMessages, viewOf } from './netlink-message.js';
import { AF_NETLINK, openRouteSocket } from './netlink-socket.js';
import { SO_RCVBUF, SOL_SOCKET, setNumberOption } from './socket-option.js';

// rtnetlink(7), linux/rtnetlink.h

/** The bits of RTNLGRP_LINK, and of RTNLGRP_TC: queueing disciplines, classes and filters of all interfaces. */
const GROUPS = { links: 1 << 0, 'traffic control': 1 << 3 } as const;
const MSG_DONTWAIT = 0x40;
const RECEIVE_BYTES = 16384;
/** What the kernel may keep until it is read. It gives what it may at most, which is less on most hosts. */
const KEPT_BYTES = 1 << 20;
/** struct ifinfomsg and struct tcmsg up to and including the interface. */
const LEAST_BYTES = 8;
/** At most so many datagrams at once: what is left is read the next time. */
const MOST_AT_ONCE = 512;
/** Read at once, and by nobody else meanwhile: one for all. */
const buffer = new Uint8Array(RECEIVE_BYTES);

/** What changes of interfaces is heard: themselves, or what is put at them. */
export type NewsOf = keyof typeof GROUPS;

/**
 * Hears which interfaces of this network namespace change. The kernel keeps what was not read yet, so it can be asked now and
 * then, and nobody waits.
 */
export class InterfaceNews {
  private readonly descriptor: FileDescriptor;

  /** Listens from now on; needs no privilege. Throws SystemCallError. */
  constructor(...of: readonly NewsOf[]) {
    const purpose = `hear of changes of ${of.join(' and ')}`;
    this.descriptor = openRouteSocket(purpose).prepared((fd) => {
      setNumberOption(fd, SOL_SOCKET, SO_RCVBUF, KEPT_BYTES, purpose);
      const address = new Uint8Array(12); // struct sockaddr_nl: family, pad, port, groups
      const view = new DataView(address.buffer);
      view.setUint16(0, AF_NETLINK, true);
      view.setUint32(
        8,
        of.reduce((groups, each) => groups | GROUPS[each], 0),
        true,
      );
      checked(libc().bind(fd, address, address.length), 'bind', purpose);
    });
  }

  /**
   * The numbers of the interfaces where anything changed since it was asked last; `all` where more happened than the
   * kernel kept, or than is read at once. Returns at once. Throws SystemCallError.
   */
  read(): ReadonlySet<number> | 'all' {
    const changed = new Set<number>();
    let isLost = false;
    let isRead = false;
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const length = libc().recv(this.descriptor.number, buffer, buffer.length, MSG_DONTWAIT);
      if (length < 0) {
        const errno = libc().errno();
        if (errno === constants.errno.EAGAIN) {
          isRead = true;
          break;
        }
        if (errno === constants.errno.EINTR) continue;
        if (errno !== constants.errno.ENOBUFS)
          throw new SystemCallError('recv', errno, 'changes of interfaces');
        isLost = true;
        continue;
      }
      for (const { payload } of decodeMessages(buffer.subarray(0, length))) {
        changed.add(viewOf(payload, LEAST_BYTES, 'news').getInt32(4, true));
      }
    }
    return isLost || !isRead ? 'all' : changed;
  }

  close(): void {
    this.descriptor.close();
  }
}
