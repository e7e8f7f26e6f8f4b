import { constants } from 'node:os';
import { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';
import type { ClassifierHook } from './traffic-control.js';

// bpf(2), linux/bpf.h

const BPF_LINK_CREATE = 28;
const BPF_OBJ_GET_INFO_BY_FD = 15;
/** BPF_TCX_INGRESS and BPF_TCX_EGRESS */
const ATTACH = { ingress: 46, egress: 47 } as const;
/** Without another program named, this is before all there are. */
const BPF_F_BEFORE = 1 << 3;
/** union bpf_attr up to and including link_create.tcx, and of a question about an object. */
const CREATE_BYTES = 32;
const INFO_REQUEST_BYTES = 16;
/** struct bpf_link_info up to and including tcx. */
const INFO_BYTES = 24;
/** Where the number of the interface stands in it: 0 once the link was taken off. */
const INFO_IFINDEX = 16;

/**
 * A program in front of everything that looks at what comes in at an interface, or at what it sends (tcx, Linux 6.6). It is beside the
 * queueing disciplines, so it is in no one's way, and lives as long as this descriptor: it goes with its process.
 */
export class TcxLink {
  private constructor(private readonly descriptor: FileDescriptor) {}

  /**
   * Puts a classifier before all that are at the interface's ingress, or egress. `undefined` where this kernel has no tcx, or an
   * interface has as many programs as it may (63).
   *
   * Needs CAP_BPF and CAP_NET_ADMIN. Throws SystemCallError.
   */
  static attach(index: number, programFd: number, hook: ClassifierHook = 'ingress'): TcxLink | undefined {
    const attributes = new Uint8Array(CREATE_BYTES);
    const view = new DataView(attributes.buffer);
    view.setUint32(0, programFd, true);
    view.setUint32(4, index, true);
    view.setUint32(8, ATTACH[hook], true);
    view.setUint32(12, BPF_F_BEFORE, true);
    const fd = libc().bpf(BPF_LINK_CREATE, attributes, CREATE_BYTES);
    if (fd >= 0) return new TcxLink(new FileDescriptor(fd));
    const errno = libc().errno();
    const { EINVAL, E2BIG, ENOSYS, EOPNOTSUPP, ERANGE } = constants.errno;
    if ([EINVAL, E2BIG, ENOSYS, EOPNOTSUPP, ERANGE].some((one) => one === errno)) return undefined;
    throw new SystemCallError('bpf', errno, `attach a program to the ${hook} of interface number ${index}`);
  }

  /** Whether the program is still there: the interface may be gone, or somebody took it off. Throws SystemCallError. */
  get isAttached(): boolean {
    if (this.descriptor.number < 0) return false;
    question ??= infoQuestion();
    const { memory, view } = question;
    view.setUint32(0, this.descriptor.number, true);
    view.setUint32(4, INFO_BYTES, true); // on return, how much was written
    if (libc().bpf(BPF_OBJ_GET_INFO_BY_FD, memory, INFO_REQUEST_BYTES) < 0) {
      throw new SystemCallError('bpf', libc().errno(), 'ask after an attached program');
    }
    return view.getUint32(INFO_REQUEST_BYTES + INFO_IFINDEX, true) !== 0;
  }

  /** Takes the program off. */
  close(): void {
    this.descriptor.close();
  }
}

/** A question about an object, with room for what it is told: hundreds of ports are asked about again and again. */
const infoQuestion = () => {
  const memory = new Uint8Array(INFO_REQUEST_BYTES + INFO_BYTES);
  const view = new DataView(memory.buffer);
  view.setBigUint64(8, BigInt(libc().addressOf(memory) + INFO_REQUEST_BYTES), true);
  return { memory, view };
};
let question: ReturnType<typeof infoQuestion> | undefined;
