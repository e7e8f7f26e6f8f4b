import type { Clock } from '@nic-herald/core';
import type { QmpCommands } from '../commands/qmp-commands.js';
import type { CommandOptions } from '../transport/qmp-transport.js';
import { type GuestIntroduction, introductionOf } from './guest-introduction.js';
import type { GuestSource } from './guest-source.js';
import { NicTable } from './nic-table.js';
import type { Standing } from './standing.js';

/** QEMU tells of its guest itself. */
export class QemuSource implements GuestSource {
  readonly nics: NicTable;

  constructor(
    private readonly commands: QmpCommands,
    private readonly clock: Clock,
  ) {
    this.nics = new NicTable(commands);
  }

  introduction({ signal }: CommandOptions): Promise<GuestIntroduction> {
    const { commands, nics, clock } = this;
    return introductionOf({ commands, table: nics, clock, signal });
  }

  /** One question after the other: see `introductionOf`. */
  async standing(options: CommandOptions): Promise<Omit<Standing, 'askedAt'>> {
    const runState = await this.commands.runState(options);
    return { runState, migration: await this.commands.migration(options) };
  }
}
