import {
  type DeviceInspector,
  type Guest,
  type GuestIdentity,
  type GuestOrigin,
  guestLabel,
  type NicDescriptor,
  type ProcessIncarnation,
} from '@nic-herald/core';
import type { QmpCommands } from '../commands/qmp-commands.js';
import type { GuestSource } from './guest-source.js';
import { QemuInspector } from './qemu-inspector.js';

/** What a guest is from beginning to end. */
export type GuestParticulars = Pick<Guest, 'instance' | 'identity'> & {
  /** QEMU's: `7.2.22`. */
  readonly version: string;
  readonly process?: ProcessIncarnation | undefined;
  readonly startedAt?: number | undefined;
  readonly origin?: GuestOrigin | undefined;
  /** The process whose descriptors QEMU speaks of, where that is seen: QEMU's own, never that of a program between. */
  readonly holder?: ProcessIncarnation | undefined;
};

/** A guest behind one QMP connection. When that ends, so does this; a new connection makes a new instance. */
export class QemuGuest implements Guest {
  readonly instance: string;
  readonly identity: GuestIdentity;
  readonly hypervisor: { readonly name: string; readonly version: string };
  declare readonly process?: ProcessIncarnation;
  declare readonly startedAt?: number;
  declare readonly origin?: GuestOrigin;
  declare readonly selfAnnouncement?: NonNullable<Guest['selfAnnouncement']>;
  private holder: ProcessIncarnation | undefined;

  constructor(
    { instance, identity, version, process, startedAt, origin, holder }: GuestParticulars,
    private readonly commands: QmpCommands,
    private readonly source: Pick<GuestSource, 'nics' | 'selfAnnouncement'>,
  ) {
    this.instance = instance;
    this.identity = identity;
    this.holder = holder;
    this.hypervisor = { name: 'QEMU', version };
    if (process !== undefined) this.process = process;
    if (startedAt !== undefined) this.startedAt = startedAt;
    if (origin !== undefined) this.origin = origin;
    const { selfAnnouncement } = source;
    if (selfAnnouncement !== undefined)
      this.selfAnnouncement = (options) => selfAnnouncement.call(source, options);
  }

  /** It has turned out that its QEMU is this process. */
  isHeldBy(holder: ProcessIncarnation): void {
    this.holder = holder;
  }

  async nics(options: { readonly signal: AbortSignal }): Promise<readonly NicDescriptor[]> {
    const { holder } = this;
    const nics = await this.source.nics.list(options);
    if (holder === undefined) return nics;
    return nics.map((nic) =>
      nic.backend === undefined ? nic : { ...nic, backend: { ...nic.backend, holder } },
    );
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    return new QemuInspector(
      nic,
      this.hypervisor,
      guestLabel(this.identity),
      this.commands,
      this.source.nics,
    );
  }
}
