// Drops all that an interface sends, by a filter that is asked before the one of priority 1 which is there. Its name is the
// only argument.
import { addClassifier, findLink, instruction, loadClassifier, NetlinkSocket } from '@nic-herald/linux-sys';

const SET = 0xb7;
const EXIT = 0x95;
const TC_ACT_SHOT = 2;

const netlink = new NetlinkSocket();
const link = findLink(netlink, { name: process.argv[2] ?? '' });
const program = loadClassifier(
  'test_drop',
  Uint8Array.of(...instruction(SET, 0, 0, 0, TC_ACT_SHOT), ...instruction(EXIT, 0, 0, 0, 0)),
);
const place = { hook: 'egress', priority: 1, handle: 99, name: 'test_drop' } as const;
addClassifier(netlink, link?.index ?? 0, place, program.number);
