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
import type { NicTable } from './nic-table.js';
import { QemuInspector } from './qemu-inspector.js';

/** What a guest is from beginning to end. */
export type GuestParticulars = Pick<Guest, 'instance' | 'identity'> & {
  /** QEMU's: `7.2.22`. */
  readonly version: string;
  readonly process?: ProcessIncarnation | undefined;
  readonly startedAt?: number | undefined;
  readonly origin?: GuestOrigin | undefined;
};

/** A guest behind one QMP connection. When that ends, so does this; a new connection makes a new instance. */
export class QemuGuest implements Guest {
  readonly instance: string;
  readonly identity: GuestIdentity;
  readonly hypervisor: { readonly name: string; readonly version: string };
  declare readonly process?: ProcessIncarnation;
  declare readonly startedAt?: number;
  declare readonly origin?: GuestOrigin;

  constructor(
    { instance, identity, version, process, startedAt, origin }: GuestParticulars,
    private readonly commands: QmpCommands,
    private readonly table: NicTable,
  ) {
    this.instance = instance;
    this.identity = identity;
    this.hypervisor = { name: 'QEMU', version };
    if (process !== undefined) this.process = process;
    if (startedAt !== undefined) this.startedAt = startedAt;
    if (origin !== undefined) this.origin = origin;
  }

  nics(options: { readonly signal: AbortSignal }): Promise<readonly NicDescriptor[]> {
    return this.table.list(options);
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    return new QemuInspector(nic, this.hypervisor, guestLabel(this.identity), this.commands, this.table);
  }
}
