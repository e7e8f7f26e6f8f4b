import { waitUntil } from '../lab/wait-until.js';
import type { PairHost } from './libvirt-host.js';
import type { LibvirtPair } from './libvirt-pair.js';
import { qemuEvents } from './qemu-events.js';

export interface MigrateOptions {
  /** How: `--live --p2p` where nothing is said. */
  readonly flags?: readonly string[];
}

/** So slow that everything can be done to a migration before it ends. */
export const slow = ['--live', '--p2p', '--bandwidth', '2'];

/** Migrates a domain by virsh, as an administrator does who names nothing but the other host. */
export async function migrate(
  pair: LibvirtPair,
  from: PairHost,
  to: PairHost,
  domain: string,
  { flags = ['--live', '--p2p'] }: MigrateOptions = {},
): Promise<void> {
  await pair.daemons[from].virsh.run('migrate', ...flags, domain, pair.host(to).uri);
}

/** Waits until memory goes over: the destination's QEMU has begun to take it since a moment. */
export async function underWay(pair: LibvirtPair, to: PairHost, sinceMs: number): Promise<void> {
  await waitUntil(`a migration to ${to} to be under way`, { timeoutMs: 20_000 }, async () => {
    const events = await qemuEvents(pair.host(to), sinceMs);
    return (
      events.some(({ event, data }) => event === 'MIGRATION' && data['status'] === 'active') || undefined
    );
  });
}
