import { type GuestIdentity, guestIdentity } from '@nic-herald/core';
import type { MigrationStatus } from '../commands/migration-status.js';
import type { MigrationCapabilities, QmpCommands } from '../commands/qmp-commands.js';
import type { NicFingerprint, NicTable } from './nic-table.js';

/** Who a guest is and where it stands, as QEMU told it. */
export interface GuestIntroduction {
  readonly identity: GuestIdentity;
  /** QEMU's: `7.2.22`. */
  readonly version: string;
  readonly runState: string;
  readonly migration: MigrationStatus;
  /** It is the secondary of a COLO pair. */
  readonly mirrors: boolean;
  readonly capabilities: MigrationCapabilities;
  readonly nics: NicFingerprint;
}

/** What is asked, and how. */
export interface Questions {
  readonly commands: QmpCommands;
  readonly table: NicTable;
  readonly signal: AbortSignal;
  /** Called as the run state is read, perhaps more than once: what came before is in it, what comes after is not. */
  readonly onRunState: () => void;
}

/** A pair of which one end has just gone on alone is asked again so often. */
const MAX_LOOKS = 3;

/** Asks a guest who it is. Rejects with a HeraldError. */
export const introductionOf = async (questions: Questions): Promise<GuestIntroduction> => {
  const { commands, table, signal } = questions;
  const [place, version, name, uuid, capabilities, nics] = await Promise.all([
    placeOf(questions),
    commands.version({ signal }),
    commands.name({ signal }),
    commands.uuid({ signal }),
    commands.migrationCapabilities({ signal }),
    table.fingerprint({ signal }), // before anybody lists the NICs: what changes from now on is told
  ]);
  return { identity: guestIdentity({ name, uuid }), version, capabilities, nics, ...place };
};

/** `colo` is all that both ends of a pair say: only then is QEMU asked which it is. No answer counts as the mirror. */
const placeOf = async ({
  commands,
  signal,
  onRunState,
}: Questions): Promise<Pick<GuestIntroduction, 'runState' | 'migration' | 'mirrors'>> => {
  for (let looks = 1; ; looks += 1) {
    const [runState, migration] = await Promise.all([
      commands.runState({ signal, onReply: onRunState }),
      commands.migration({ signal }),
    ]);
    if (migration.status !== 'colo') return { runState, migration, mirrors: false };
    const mode = await commands.coloMode({ signal });
    if (mode !== 'none' || looks === MAX_LOOKS) return { runState, migration, mirrors: mode !== 'primary' };
  }
};
