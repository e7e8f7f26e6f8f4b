import { constants } from 'node:os';
import { SystemCallError } from './linux-error.js';
import {
  decodeAttributes,
  nestedAttribute,
  nestedIn,
  numberAttribute,
  numberIn,
  textAttribute,
  textIn,
  viewOf,
} from './netlink-message.js';
import type { NetlinkSocket } from './netlink-socket.js';

// rtnetlink(7), tc-bpf(8), linux/pkt_sched.h, linux/pkt_cls.h

const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_NEWTFILTER = 44;
const RTM_DELTFILTER = 45;
const RTM_GETTFILTER = 46;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const TC_HEADER_BYTES = 20;
/** The one place for what comes in, of whichever kind. */
const TC_H_INGRESS = 0xffff_fff1;
const INGRESS_HANDLE = 0xffff_0000;
/** What comes in at an interface, and what it sends, as a filter's parent. */
const HOOKS = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;
const ETH_P_ALL_BIG_ENDIAN = 0x0300;
const TCA = { KIND: 1, OPTIONS: 2, CHAIN: 11 } as const;
const TCA_BPF = { FD: 6, NAME: 7, FLAGS: 8, ID: 11 } as const;
const TCA_BPF_FLAG_ACT_DIRECT = 1;

/** Where a queueing discipline lets filters look at frames: clsact at both, ingress at what comes in. */
export type ClassifierHook = keyof typeof HOOKS;

/** A queueing discipline that filters hang on. An interface has one of the two; `ingress` is what hosts' limits replace. */
export type HookDiscipline = 'clsact' | 'ingress';

/** One filter of an interface's clsact or ingress queueing discipline. */
export interface TrafficFilter {
  /** Filters of lower numbers are asked first; 1 to 65535. All of one number are of one kind and protocol. */
  readonly priority: number;
  /** Which of those of one priority; 0 stands for the priority itself. */
  readonly handle: number;
  /** `bpf`, `u32`, `flower`, ... */
  readonly kind: string;
  /** Whether it looks at frames of every protocol. */
  readonly allProtocols: boolean;
  /** Only chain 0 is asked, unless a filter sends frames to another. */
  readonly chain: number;
  /** Of a bpf filter: what it was called when it was added. */
  readonly name?: string;
  /** Of a bpf filter: the kernel's number of its program, which no other program has had since the machine started. */
  readonly programId?: number;
}

/** Where a bpf filter stands, and what it is called in `tc filter show`. */
export interface ClassifierPlace {
  readonly hook: ClassifierHook;
  readonly priority: number;
  /** 0 lets the kernel choose. */
  readonly handle: number;
  readonly name: string;
}

/** struct tcmsg */
const controlHeader = (fields: {
  index: number;
  handle?: number;
  parent: number;
  info?: number;
}): Uint8Array => {
  const bytes = new Uint8Array(TC_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(4, fields.index, true);
  view.setUint32(8, fields.handle ?? 0, true);
  view.setUint32(12, fields.parent, true);
  view.setUint32(16, fields.info ?? 0, true);
  return bytes;
};

const filterHeader = (index: number, { hook, priority, handle }: Omit<ClassifierPlace, 'name'>): Uint8Array =>
  controlHeader({ index, handle, parent: HOOKS[hook], info: (priority << 16) | ETH_P_ALL_BIG_ENDIAN });

const disciplineParts = (index: number, kind: HookDiscipline): readonly Uint8Array[] => [
  controlHeader({ index, handle: INGRESS_HANDLE, parent: TC_H_INGRESS }),
  textAttribute(TCA.KIND, kind),
];

/**
 * Gives an interface a queueing discipline that filters hang on; false where it has one, of either kind. Needs
 * CAP_NET_ADMIN. Throws SystemCallError (ENOENT or EOPNOTSUPP where the kernel lacks sch_ingress).
 */
export const addDiscipline = (netlink: NetlinkSocket, index: number, kind: HookDiscipline): boolean => {
  try {
    netlink.request({
      type: RTM_NEWQDISC,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      parts: disciplineParts(index, kind),
      purpose: `add the queueing discipline ${kind} to interface number ${index}`,
    });
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === constants.errno.EEXIST) return false;
    throw error;
  }
};

/**
 * Removes an interface's queueing discipline of that kind, and all its filters. Needs CAP_NET_ADMIN. Throws
 * SystemCallError, EINVAL where it is of the other kind.
 */
export const removeDiscipline = (netlink: NetlinkSocket, index: number, kind: HookDiscipline): void => {
  netlink.request({
    type: RTM_DELQDISC,
    parts: disciplineParts(index, kind),
    purpose: `remove the queueing discipline ${kind} of interface number ${index}`,
  });
};

/** All filters at one hook of an interface; none where there is no queueing discipline. Throws SystemCallError. */
export const listFilters = (
  netlink: NetlinkSocket,
  index: number,
  hook: ClassifierHook,
): readonly TrafficFilter[] =>
  netlink
    .dump({
      type: RTM_GETTFILTER,
      parts: [controlHeader({ index, parent: HOOKS[hook] })],
      purpose: `list the ${hook} filters of interface number ${index}`,
    })
    .filter((message) => message.type === RTM_NEWTFILTER)
    .map((message) => parseFilter(message.payload));

/** Parses the payload of an RTM_NEWTFILTER message. Throws HERALD_NETLINK_MALFORMED. */
export const parseFilter = (payload: Uint8Array): TrafficFilter => {
  const header = viewOf(payload, TC_HEADER_BYTES, 'filter');
  const attributes = decodeAttributes(payload.subarray(TC_HEADER_BYTES));
  const info = header.getUint32(16, true);
  const kind = textIn(attributes, TCA.KIND) ?? '';
  const options = kind === 'bpf' ? nestedIn(attributes, TCA.OPTIONS) : undefined;
  const name = options && textIn(options, TCA_BPF.NAME);
  const programId = options && numberIn(options, TCA_BPF.ID);
  return {
    priority: info >>> 16,
    handle: header.getUint32(8, true),
    kind,
    allProtocols: (info & 0xffff) === ETH_P_ALL_BIG_ENDIAN,
    chain: numberIn(attributes, TCA.CHAIN) ?? 0,
    ...(name !== undefined && { name }),
    ...(programId !== undefined && { programId }),
  };
};

/**
 * Lets a program decide on every frame at one hook, as `tc filter add dev X ingress bpf da` would; the interface
 * must have a queueing discipline for that hook. The filter holds the program, and lives until it is removed or the
 * interface goes.
 *
 * Needs CAP_NET_ADMIN. Throws SystemCallError (EEXIST where the handle is taken, EINVAL where the priority is
 * another kind's, ENOENT or EOPNOTSUPP where the kernel lacks cls_bpf).
 */
export const addClassifier = (
  netlink: NetlinkSocket,
  index: number,
  place: ClassifierPlace,
  programFd: number,
): void => {
  netlink.request({
    type: RTM_NEWTFILTER,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [
      filterHeader(index, place),
      textAttribute(TCA.KIND, 'bpf'),
      nestedAttribute(TCA.OPTIONS, [
        numberAttribute(TCA_BPF.FD, programFd),
        textAttribute(TCA_BPF.NAME, place.name),
        numberAttribute(TCA_BPF.FLAGS, TCA_BPF_FLAG_ACT_DIRECT),
      ]),
    ],
    purpose: `attach the program ${place.name} to the ${place.hook} of interface number ${index}`,
  });
};

/** Removes one bpf filter, and with it its program. Needs CAP_NET_ADMIN. Throws SystemCallError, ENOENT where it is gone. */
export const removeClassifier = (
  netlink: NetlinkSocket,
  index: number,
  place: Omit<ClassifierPlace, 'name'>,
): void => {
  netlink.request({
    type: RTM_DELTFILTER,
    parts: [filterHeader(index, place), textAttribute(TCA.KIND, 'bpf')],
    purpose: `remove the bpf filter ${place.handle} at the ${place.hook} of interface number ${index}`,
  });
};

/**
 * Gives a new interface a clsact queueing discipline and lets a program decide on every frame it sends. Filter
 * and program live as long as the interface. Throws as `addDiscipline` and `addClassifier` do.
 */
export const attachEgressClassifier = (
  netlink: NetlinkSocket,
  index: number,
  program: { readonly fd: number; readonly name: string },
): void => {
  addDiscipline(netlink, index, 'clsact');
  addClassifier(netlink, index, { hook: 'egress', priority: 1, handle: 0, name: program.name }, program.fd);
};
