import { constants } from 'node:os';
import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { SystemCallError } from './linux-error.js';
import {
  decodeAttributes,
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  textIn,
  viewOf,
} from './netlink-message.js';
import { SO_RCVTIMEO, setNumberOption, setTimeoutOption } from './socket-option.js';

export const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
/** NLM_F_ROOT and NLM_F_MATCH: all there are. */
const NLM_F_DUMP = 0x300;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;
/** nlmsgerr: the error number, then the header of the request. */
const ERROR_BYTES = 20;
const RECEIVE_BYTES = 32768;
/** What comes is copied out of it at once: one for all sockets. */
const buffer = new Uint8Array(RECEIVE_BYTES);
/** The kernel answers within the call that asks; this only bounds what should never happen. */
const ANSWER_TIMEOUT_MS = 2000;

/** Opens a route netlink socket that is not bound. Throws SystemCallError. */
export const openRouteSocket = (purpose: string): FileDescriptor =>
  FileDescriptor.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, purpose);

/** A request of rtnetlink(7): its type, flags besides request and acknowledge, payload, and what it is for. */
export interface NetlinkRequest {
  readonly type: number;
  readonly flags?: number;
  readonly parts: readonly Uint8Array[];
  readonly purpose: string;
}

/**
 * A route netlink socket: asks the kernel about interfaces and traffic control, or changes them, in the
 * network namespace in which it was opened. Unlike /sys/class/net it never shows another namespace.
 */
export class NetlinkSocket {
  private readonly descriptor: FileDescriptor;
  private sequence = 0;

  /** Opens the socket; needs no privilege. Throws SystemCallError. */
  constructor() {
    this.descriptor = openRouteSocket('route netlink').prepared((fd) => {
      setTimeoutOption(fd, SO_RCVTIMEO, ANSWER_TIMEOUT_MS, 'netlink timeout');
      setNumberOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1, 'short netlink acknowledgements');
      setNumberOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1, 'netlink error texts');
    });
  }

  /**
   * Sends one request and returns what came before its acknowledgement. Throws SystemCallError where the
   * kernel refuses (call `rtnetlink`, with the kernel's own words where it gives some), or
   * HERALD_NETLINK_MALFORMED.
   */
  request(request: NetlinkRequest): NetlinkMessage[] {
    return this.exchange(request, NLM_F_ACK);
  }

  /** Asks for one thing: the reply stands for the acknowledgement, which costs as much again. Throws as `request` does. */
  get(request: NetlinkRequest): NetlinkMessage[] {
    return this.exchange(request, 0);
  }

  /** Asks for all there are of something. Throws as `request` does. */
  dump(request: NetlinkRequest): NetlinkMessage[] {
    return this.exchange(request, NLM_F_DUMP);
  }

  /**
   * The same a part at a time, as the kernel hands them out (up to 32 kB each): between two parts others may run. Until it is
   * read to its end, the socket takes no other request; to give up, close it. Throws as `request` does.
   */
  dumpInParts(request: NetlinkRequest): Generator<readonly NetlinkMessage[], void, undefined> {
    return this.replies(request, NLM_F_DUMP);
  }

  private exchange(request: NetlinkRequest, expecting: number): NetlinkMessage[] {
    return [...this.replies(request, expecting)].flat();
  }

  private *replies(
    { type, flags = 0, parts, purpose }: NetlinkRequest,
    expecting: number,
  ): Generator<readonly NetlinkMessage[], void, undefined> {
    const sequence = ++this.sequence;
    const message = encodeMessage({ type, flags: flags | NLM_F_REQUEST | expecting, sequence }, parts);
    checked(
      libc().send(this.descriptor.number, message, message.length, 0),
      'send',
      `${purpose}, by netlink`,
    );
    for (;;) {
      const part: NetlinkMessage[] = [];
      for (const reply of decodeMessages(this.receive(purpose))) {
        if (reply.sequence !== sequence) continue; // an answer to a request that was given up
        if (reply.type !== NLMSG_ERROR && reply.type !== NLMSG_DONE) {
          part.push(reply);
          continue;
        }
        const need = reply.type === NLMSG_ERROR ? ERROR_BYTES : 4; // both begin with the error number
        const errno = -viewOf(reply.payload, need, 'acknowledgement').getInt32(0, true);
        if (errno !== 0) throw new SystemCallError('rtnetlink', errno, purpose, reasonIn(reply));
        yield part;
        return;
      }
      yield part;
      if (expecting === 0 && part.length > 0) return;
    }
  }

  close(): void {
    this.descriptor.close();
  }

  /** One datagram, copied out of the buffer. */
  private receive(purpose: string): Uint8Array {
    for (;;) {
      const length = libc().recv(this.descriptor.number, buffer, buffer.length, 0);
      if (length >= 0) return buffer.slice(0, length);
      const errno = libc().errno();
      if (errno !== constants.errno.EINTR) throw new SystemCallError('recv', errno, `answer to: ${purpose}`);
    }
  }
}

/** What the kernel said beside the error number. */
const reasonIn = (reply: NetlinkMessage): string | undefined =>
  reply.type === NLMSG_ERROR && reply.flags & NLM_F_ACK_TLVS
    ? textIn(decodeAttributes(reply.payload.subarray(ERROR_BYTES)), NLMSGERR_ATTR_MSG)
    : undefined;
