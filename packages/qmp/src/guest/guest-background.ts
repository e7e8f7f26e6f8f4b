import type { GuestIdentity, GuestPhase, ProcessIncarnation } from '@nic-herald/core';

/** The process of a guest, as its monitor found it. */
export interface QemuProcess {
  /** The process that serves the guest: QEMU, or a program that stands between. */
  readonly incarnation: ProcessIncarnation;
  /**
   * True where that is QEMU itself: the descriptors that QEMU speaks of are those of no program between. Absent where that
   * cannot be told yet.
   */
  readonly isQemu?: boolean | undefined;
  /** When QEMU was started, ms since 1970 UTC. */
  readonly startedAt?: number | undefined;
  /** QEMU was started to wait for a guest; absent where that cannot be told. */
  readonly startedToWait?: boolean | undefined;
}

/** A guest as a watch sees it now. */
export interface GuestStanding {
  readonly identity: GuestIdentity;
  /** Something that differs when NICs come, go or are plugged elsewhere. */
  readonly nics: string;
  readonly phase: GuestPhase;
}

/** What only the monitor knows of a guest, or decides. A guest is not reported before the promises are settled. */
export interface GuestBackground {
  /** Its process; `undefined` where that cannot be told. */
  readonly process?: Promise<QemuProcess | undefined>;
  /**
   * Finds out about its process for as long as it takes, where `process` could not tell in time; `undefined` where that
   * cannot be told at all. Without it the ports of the guest's NICs cannot be proved.
   */
  readonly processLater?: (signal: AbortSignal) => Promise<QemuProcess | undefined>;
  /** Something else that must be sure before the guest is reported. */
  readonly confirmed?: Promise<unknown>;
  /**
   * The last word before the guest is reported: false where it must not be, since another watch has it. `standing` tells
   * how the guest stands whenever it is called, also later.
   */
  readonly mayReport?: (standing: () => GuestStanding) => boolean;
}
