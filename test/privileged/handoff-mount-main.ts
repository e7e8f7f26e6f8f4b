// Runs in a mount namespace of its own: a hand-off directory on a mount that goes away and comes back. Prints one line of JSON.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MigrationEventBus, parseSnapshot } from '@nic-herald/core';
import { DirectoryHandoff } from '@nic-herald/handoff-directory';
import { realClock } from '../conformance/real-clock.js';

const [shared = ''] = process.argv.slice(2);
const directory = join(shared, 'nic-herald');
const mount = (): void => void execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'none', shared]);
mkdirSync(directory); // what lies below the mount looks just like it
mount();

const told: string[] = [];
const bus = {
  emit: (_: string, { warning }: { readonly warning: { readonly code: string } }) => told.push(warning.code),
} as unknown as MigrationEventBus;
const settings = { directory, maxFileBytes: 65_536, maxEntries: 100, pollMs: 100, requireMount: true };
const store = new DirectoryHandoff(settings, realClock, bus);
const { signal } = new AbortController();
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => (error as { readonly code: string }).code,
  );
const snapshot = parseSnapshot({ format: 1, guest: 'name:web', host: 'A', epoch: 1, nics: [] });
if (snapshot instanceof Error) throw snapshot;

const missing = await codeOf(store.start({ signal }));
mkdirSync(directory);
const started = await codeOf(store.start({ signal }));
execFileSync('umount', [shared]);
const away = await codeOf(store.publish(snapshot, { signal }));
const below = readdirSync(directory);
mount();
mkdirSync(directory);
const back = await codeOf(store.publish(snapshot, { signal }));
execFileSync('umount', [shared]);
const unmounted = new DirectoryHandoff(settings, realClock, bus);
const refused = await codeOf(unmounted.start({ signal }));
console.log(JSON.stringify({ missing, started, away, below, back, refused, told }));
process.exit();
