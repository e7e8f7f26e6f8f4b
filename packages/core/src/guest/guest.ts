import type { DeviceInspector } from '../nic/device-inspector.js';
import type { NicDescriptor } from '../nic/nic-descriptor.js';
import type { GuestIdentity } from './guest-identity.js';
import type { ProcessIncarnation } from './process-incarnation.js';

/**
 * Where a guest stands on this host when its monitor first sees it.
 * - `incoming`: waits for, or is receiving, a migration; its devices hold defaults and must not be captured
 * - `running`: its CPUs run here
 * - `paused`: stopped here for any other reason
 * - `migrated-away`: it went to another host; what is left here is a shell
 */
export type GuestPhase = 'incoming' | 'running' | 'paused' | 'migrated-away';

/**
 * How a hypervisor's process came by its guest.
 * - `incoming`: it waited for a migration, or for a saved guest to be restored
 * - `boot`: it started the guest itself
 */
export type GuestOrigin = 'incoming' | 'boot';

/**
 * What a hypervisor announces by itself when a guest runs after its migration.
 * - `guest`: the guest, once for each card
 * - `nothing`: it is told not to, as QEMU by `announce-rounds` 0
 * - `perhaps-a-mirror`: it does, though the guest may mirror one that runs elsewhere and has these addresses, as the secondary of
 *   QEMU's COLO does
 */
export type SelfAnnouncement = 'guest' | 'nothing' | 'perhaps-a-mirror';

/**
 * One guest in one hypervisor process of this host. A local migration has one guest twice: the identity is
 * the same, the `instance` is not.
 */
export interface Guest {
  /** Unique on this host as long as it runs; a monitor never uses one again for another process. */
  readonly instance: string;
  readonly identity: GuestIdentity;
  /** What runs it, for reports and known faults: `QEMU 7.2.22`. */
  readonly hypervisor: { readonly name: string; readonly version: string };
  /** The hypervisor's process. Absent where the monitor cannot tell: then only host names tell who wrote what. */
  readonly process?: ProcessIncarnation;
  /** When that process started, ms since 1970 UTC; absent where the monitor cannot tell. */
  readonly startedAt?: number;
  /**
   * How that process came by the guest. Absent where the monitor cannot tell: an agent that finds the guest running
   * then goes by who wrote the newest snapshot.
   */
  readonly origin?: GuestOrigin;
  /** The NICs as they are now. Rejects with a HeraldError when the hypervisor does not answer. */
  nics(options: { readonly signal: AbortSignal }): Promise<readonly NicDescriptor[]>;
  /**
   * What the hypervisor will announce by itself when the guest runs: that is what sets off armed frames. Rejects with a HeraldError
   * where the hypervisor does not answer. Absent: it is always `guest`.
   */
  selfAnnouncement?(options: { readonly signal: AbortSignal }): Promise<SelfAnnouncement>;
  /** The reader of one of its NICs, for that NIC's model. */
  inspect(nic: NicDescriptor): DeviceInspector;
}
