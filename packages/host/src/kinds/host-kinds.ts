import type { AnnouncementKind } from '@nic-herald/core';
import { garpKind, garpReplyKind, nullGarpKind } from './garp-kinds.js';
import { naKind } from './na-kind.js';
import { arpAskKind, rsKind } from './question-kinds.js';
import { rarpKind } from './rarp-kind.js';

/** The kinds of announcement that every host brings. */
export const HOST_KINDS: readonly AnnouncementKind[] = [
  rarpKind,
  garpKind,
  garpReplyKind,
  nullGarpKind,
  naKind,
  arpAskKind,
  rsKind,
];
