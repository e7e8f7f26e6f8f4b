import type { NicDescriptor, SelfAnnouncement } from '@nic-herald/core';
import type { CommandOptions } from '../transport/qmp-transport.js';
import type { GuestIntroduction } from './guest-introduction.js';
import type { NicFingerprint } from './nic-fingerprint.js';
import type { Standing } from './standing.js';

/** The NICs of one guest, by the names that QEMU's own commands take. */
export interface NicSource {
  /** What is plugged now, without its details. Rejects with a HeraldError. */
  fingerprint(options: CommandOptions): Promise<NicFingerprint>;
  /** The NICs as they are now. Rejects with a HeraldError. */
  list(options: CommandOptions): Promise<readonly NicDescriptor[]>;
  /** The path of a NIC in QEMU's object tree; `undefined` for one that is not there. */
  pathOf(id: string, options: CommandOptions): Promise<string | undefined>;
  /** The NIC to which an object of that tree belongs: itself, or a part of it. */
  idOf(path: string, options: CommandOptions): Promise<string | undefined>;
}

/**
 * Who tells a watch who its guest is, where it stands and which NICs it has: QEMU, or a manager of it that knows. A
 * manager that answers for QEMU keeps QEMU from being asked while it cannot answer.
 */
export interface GuestSource {
  /** Who the guest is and where it stands. Asked once. Rejects with a HeraldError. */
  introduction(options: CommandOptions): Promise<GuestIntroduction>;
  /** Where the guest stands now. Rejects with a HeraldError. */
  standing(options: CommandOptions): Promise<Omit<Standing, 'askedAt'>>;
  /** See `Guest.selfAnnouncement`. Absent: guests of this manager are always announced. */
  selfAnnouncement?(options: CommandOptions): Promise<SelfAnnouncement>;
  readonly nics: NicSource;
}
