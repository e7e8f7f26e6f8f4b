import type { Clock, SelfAnnouncement } from '@nic-herald/core';
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

  /** The secondary of a COLO pair is set up for it before the migration begins, and QEMU announces it like any other guest. */
  async selfAnnouncement(options: CommandOptions): Promise<SelfAnnouncement> {
    const { commands } = this;
    if ((await commands.migrationCapabilities(options)).colo) return 'perhaps-a-mirror';
    return (await commands.announceRounds(options)) === 0 ? 'nothing' : 'guest';
  }

  /** One question after the other: see `introductionOf`. */
  async standing(options: CommandOptions): Promise<Omit<Standing, 'askedAt'>> {
    const runState = await this.commands.runState(options);
    return { runState, migration: await this.commands.migration(options) };
  }
}
