import type { PairHost } from './libvirt-host.js';
import type { LibvirtPair } from './libvirt-pair.js';

export interface MigrateOptions {
  /** How: `--p2p` where nothing is said. */
  readonly flags?: readonly string[];
}

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
