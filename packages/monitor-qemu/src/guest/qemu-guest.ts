import {
  type DeviceInspector,
  type Guest,
  type GuestIdentity,
  guestLabel,
  type NicDescriptor,
} from '@nic-herald/core';
import type { QmpCommands } from '../commands/qmp-commands.js';
import type { NicTable } from './nic-table.js';
import { QemuInspector } from './qemu-inspector.js';

/** A guest behind one QMP connection. When that ends, so does this; a new connection makes a new instance. */
export class QemuGuest implements Guest {
  readonly hypervisor: { readonly name: string; readonly version: string };

  constructor(
    readonly instance: string,
    readonly identity: GuestIdentity,
    version: string,
    private readonly commands: QmpCommands,
    private readonly table: NicTable,
  ) {
    this.hypervisor = { name: 'QEMU', version };
  }

  nics(options: { readonly signal: AbortSignal }): Promise<readonly NicDescriptor[]> {
    return this.table.list(options);
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    return new QemuInspector(nic, this.hypervisor, guestLabel(this.identity), this.commands, this.table);
  }
}
