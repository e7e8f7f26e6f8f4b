import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeraldError, HeraldPlugin, MigrationReport } from '@nic-herald/core';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import { e1000 } from '@nic-herald/model-e1000';
import { igb } from '@nic-herald/model-igb';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { qemu } from '@nic-herald/monitor-qemu';
import {
  FabricMigration,
  type FabricMigrationEnd,
  type FabricMigrationOptions,
  type FabricMigrationResult,
  fabricPlugin,
  MemoryHandoff,
  type Recording,
  type SentFrame,
} from '@nic-herald/testkit';

/** Whether the two hosts run an agent. */
export type Agents = 'none' | 'nic-herald';

/** One migration as it went on the fabric. */
export interface PlayedMigration extends FabricMigrationResult {
  /** What the agents sent, on both hosts. */
  readonly sent: readonly SentFrame[];
  /** What the agents reported, on both hosts. */
  readonly reports: readonly MigrationReport[];
  /** What they warned of while the guest ran, on both hosts. */
  readonly warnings: readonly HeraldError[];
}

/** How a recorded migration is played here. */
export interface MigrateOptions extends Omit<FabricMigrationOptions, 'directory'> {
  /**
   * The guest speaks once on each station while the agents run; default false: it keeps quiet, and they know
   * of it what its card tells.
   */
  readonly guestSpeaks?: boolean;
  /** What the agents of both hosts have besides. */
  readonly plugins?: readonly HeraldPlugin[];
}

/** How long the agents have before the migration begins, ms of fabric time: they publish at once. */
const HEAD_START_MS = 1000;

/**
 * Plays a recorded migration on a fabric of its own, with agents or without. The agents are the real thing,
 * composed as `run` composes them but for clock, sink, learner and hand-off, and see QMP and the guest's port alone.
 */
export const migrateRecording = async (
  recording: Recording,
  agents: Agents,
  { guestSpeaks = false, plugins = [], ...options }: MigrateOptions = {},
): Promise<PlayedMigration> => {
  const directory = await mkdtemp(join(tmpdir(), 'herald-'));
  const migration = new FabricMigration(recording, { ...options, directory });
  const reports: MigrationReport[] = [];
  const warnings: HeraldError[] = [];
  const hosts: ComposedHost[] = [];
  try {
    await migration.open();
    if (agents === 'nic-herald') {
      const handoff = new MemoryHandoff();
      for (const end of migration.ends) {
        const host = await composeAgent(end, migration, handoff, plugins);
        hosts.push(host);
        host.bus.on('announce:finished', ({ report }) => reports.push(report));
        host.bus.on('warning', ({ warning }) => warnings.push(warning));
      }
      await migration.clock.advance(HEAD_START_MS);
    }
    if (guestSpeaks) migration.speak();
    const result = await migration.play();
    const sent = migration.ends.flatMap(({ sink }) => sink.sent);
    return { ...result, sent, reports, warnings };
  } finally {
    for (const host of hosts) await host.close();
    await migration.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const composeAgent = (
  { host, learner, sink, socket }: FabricMigrationEnd,
  { clock }: FabricMigration,
  handoff: MemoryHandoff,
  plugins: readonly HeraldPlugin[],
): Promise<ComposedHost> =>
  composeHost(
    [
      virtioNet(),
      e1000(),
      igb(),
      qemu({ sockets: [socket] }),
      fabricPlugin({ clock, sink, learner, handoff }),
      ...plugins,
    ],
    {
      name: host.name,
    },
  );
