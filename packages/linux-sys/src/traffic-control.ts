import { nestedAttribute, numberAttribute, textAttribute } from './netlink-message.js';
import type { NetlinkSocket } from './netlink-socket.js';

// rtnetlink(7), tc-bpf(8), linux/pkt_sched.h, linux/pkt_cls.h

const RTM_NEWQDISC = 36;
const RTM_NEWTFILTER = 44;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const TC_HEADER_BYTES = 20;
const TC_H_CLSACT = 0xffff_fff1;
const CLSACT_HANDLE = 0xffff_0000;
const CLSACT_EGRESS = 0xffff_fff3;
const ETH_P_ALL_BIG_ENDIAN = 0x0300;
const PRIORITY = 1;
const TCA = { KIND: 1, OPTIONS: 2 } as const;
const TCA_BPF = { FD: 6, NAME: 7, FLAGS: 8 } as const;
const TCA_BPF_FLAG_ACT_DIRECT = 1;

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

/**
 * Gives an interface a clsact queueing discipline and lets a program decide on every frame it sends, as
 * `tc filter add dev X egress bpf da` would. Filter and program live as long as the interface.
 *
 * Needs CAP_NET_ADMIN. Throws SystemCallError (ENOENT or EOPNOTSUPP where the kernel lacks sch_clsact or
 * cls_bpf).
 */
export const attachEgressClassifier = (
  netlink: NetlinkSocket,
  index: number,
  program: { readonly fd: number; readonly name: string },
): void => {
  netlink.request({
    type: RTM_NEWQDISC,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [
      controlHeader({ index, handle: CLSACT_HANDLE, parent: TC_H_CLSACT }),
      textAttribute(TCA.KIND, 'clsact'),
    ],
    purpose: `add a clsact queueing discipline to interface number ${index}`,
  });
  netlink.request({
    type: RTM_NEWTFILTER,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [
      controlHeader({ index, parent: CLSACT_EGRESS, info: (PRIORITY << 16) | ETH_P_ALL_BIG_ENDIAN }),
      textAttribute(TCA.KIND, 'bpf'),
      nestedAttribute(TCA.OPTIONS, [
        numberAttribute(TCA_BPF.FD, program.fd),
        textAttribute(TCA_BPF.NAME, program.name),
        numberAttribute(TCA_BPF.FLAGS, TCA_BPF_FLAG_ACT_DIRECT),
      ]),
    ],
    purpose: `attach the program ${program.name} to what interface number ${index} sends`,
  });
};
