import { type Clock, type GuestIdentity, type GuestOrigin, guestIdentity } from '@nic-herald/core';
import type { MigrationStatus } from '../commands/migration-status.js';
import type { MigrationCapabilities, QmpCommands } from '../commands/qmp-commands.js';
import type { CommandOptions } from '../transport/qmp-transport.js';
import type { NicFingerprint } from './nic-fingerprint.js';

/** Who a guest is and where it stands, as QEMU or its manager told it. */
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
  /** How its QEMU came by it, where its manager knows; else that follows from the rest. */
  readonly origin?: GuestOrigin | undefined;
  /** When it was asked where it stands, ms since 1970 UTC. */
  readonly askedAt: number;
}

/** What is asked, and how. */
export interface Questions {
  readonly commands: QmpCommands;
  /** Lists the NICs. */
  readonly table: { fingerprint(options: CommandOptions): Promise<NicFingerprint> };
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
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

/**
 * One question after the other: were a guest asked of its migration first, one that came in between would look like one
 * that was booted. `colo` is all that both ends of a pair say: only then is QEMU asked which it is. No answer counts as
 * the mirror.
 */
const placeOf = async ({
  commands,
  signal,
  clock,
}: Questions): Promise<Pick<GuestIntroduction, 'runState' | 'migration' | 'mirrors' | 'askedAt'>> => {
  for (let looks = 1; ; looks += 1) {
    const askedAt = clock.now();
    const runState = await commands.runState({ signal });
    const migration = await commands.migration({ signal });
    if (migration.status !== 'colo') return { runState, migration, mirrors: false, askedAt };
    const mode = await commands.coloMode({ signal });
    if (mode !== 'none' || looks === MAX_LOOKS) {
      return { runState, migration, mirrors: mode !== 'primary', askedAt };
    }
  }
};
