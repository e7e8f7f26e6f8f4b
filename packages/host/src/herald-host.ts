import type {
  AnnounceMode,
  AnnounceTiming,
  FilterView,
  Guest,
  GuestPhase,
  LearnedStation,
  MigrationEventBus,
  MigrationReport,
  NicDescriptor,
  NicPlan,
  ReportWarning,
} from '@nic-herald/core';
import type { HostDescription } from './host-description.js';

/** Whether the frames of a NIC could leave now. */
export interface SinkStatus {
  /** Name of the sink; absent where none supports the port. */
  readonly sink?: string;
  readonly ready: boolean;
  /** Why not, for people. */
  readonly problem?: string;
}

/** Whether and where a guest would be asked for its multicast groups at a NIC. */
export interface MulticastStatus {
  /** False where the policy does not want it. */
  readonly wanted: boolean;
  /** The VLANs on which it would be asked, besides untagged. */
  readonly vlans: readonly number[];
  /** Whether queries would reach the guest now. */
  readonly ready: boolean;
  /** Why not, or why not on all VLANs, for people. */
  readonly problem?: string;
}

/** One NIC as an operator looks at it. */
export interface NicInspection {
  readonly nic: NicDescriptor;
  /** The model in use; `primary-mac` for the fallback. */
  readonly model: string;
  /** Why the model could not read the card, where it could not. */
  readonly problem?: string;
  /** The model's private state as JSON, where it could be read. */
  readonly state?: unknown;
  readonly filter: FilterView;
  readonly learned: readonly LearnedStation[];
  readonly plan: NicPlan;
  readonly sink: SinkStatus;
  readonly multicast: MulticastStatus;
}

/** One guest as an operator looks at it: what is known, and what an announcement would send now. */
export interface GuestInspection {
  readonly guest: Guest['identity'];
  readonly instance: string;
  readonly hypervisor: Guest['hypervisor'];
  readonly phase: GuestPhase;
  /** Whether frames would be sent for it, or it is only observed. */
  readonly mode: AnnounceMode;
  /** The guest's epoch as this host knows it; 0 before its first migration. */
  readonly epoch: number;
  /** True while frames lie encoded for the next resume. */
  readonly armed: boolean;
  /** Whose snapshots are in the hand-off. */
  readonly snapshots: readonly { readonly host: string; readonly epoch: number }[];
  /** When it moved last, ms since 1970 UTC, the newest last, at most five; absent where no move is known. */
  readonly moves?: readonly number[];
  readonly nics: readonly NicInspection[];
  readonly warnings: readonly ReportWarning[];
}

/** What an announcement on demand may choose. */
export interface AnnounceRequest {
  /** Ids of the NICs to announce; absent: all. An unknown id is an error. */
  readonly nics?: readonly string[];
  /** Replaces parts of the policy's timing. */
  readonly timing?: Partial<AnnounceTiming>;
  readonly signal?: AbortSignal;
}

/** A composed host. */
export interface HeraldHost {
  /** The name under which its snapshots and reports go. */
  readonly name: string;
  readonly bus: MigrationEventBus;
  /** The guests seen now. */
  guests(): readonly Guest[];
  /**
   * Looks at a guest now and plans, without sending. A guest that waits for a migration is not read: its plan
   * comes from the hand-off. Rejects with HERALD_GUEST_UNKNOWN for a guest that is not here.
   */
  inspect(guest: Guest): Promise<GuestInspection>;
  /**
   * Announces a running guest now and resolves with the report after its last round; for one that is only observed
   * nothing is sent, and the report's outcome is `observed`. Rejects with
   * HERALD_GUEST_NOT_RUNNING for one that does not run here, HERALD_NIC_UNKNOWN, HERALD_ANNOUNCE_TIMING.
   */
  announce(guest: Guest, request?: AnnounceRequest): Promise<MigrationReport>;
  /** What is composed, from which plugin, and how long it took. */
  describe(): HostDescription;
  /** Stops everything in the reverse order of its start; errors are collected in an AggregateError. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
