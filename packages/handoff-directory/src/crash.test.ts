import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { GONE, readEntry } from './read-entry.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A process that replaces one entry over and over, by the very function the store uses. */
const WRITER = `
  import { writeAtomically } from './packages/handoff-directory/src/write-atomically.ts';
  const [directory, host] = process.argv.slice(1);
  const signal = new AbortController().signal;
  for (let epoch = 1; ; epoch += 1) {
    const learned = Array.from({ length: 400 }, (_, n) => ({
      station: { mac: '52:54:00:00:00:01', vlan: n + 1 }, ageMs: epoch }));
    const nic = { id: 'nic0', primaryMac: '52:54:00:00:00:01', model: 'e1000', learned };
    const snapshot = { format: 1, guest: 'name:web', host, epoch, nics: [nic] };
    const bytes = new TextEncoder().encode(JSON.stringify(snapshot));
    const temporary = '.' + host + '.' + process.pid + '-x.' + epoch + '.tmp';
    await writeAtomically(directory, 'name%3Aweb@' + host + '.json', temporary, bytes, { signal, now: Date.now });
    if (epoch === 1) console.log('writing');
  }
`;

const startWriter = async (directory: string, host: string): Promise<ChildProcess> => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', WRITER, directory, host],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the writer ended by itself')));
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined); // it is killed later
  return child;
};

it('a reader sees whole snapshots only, while writers write and are killed', {
  timeout: 60_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'herald-crash-'));
  const hosts = ['a', 'b', 'c'];
  const writers = new Map<string, ChildProcess>();
  try {
    for (const host of hosts) writers.set(host, await startWriter(directory, host));
    const epochs = new Map<string, number>();
    const readAll = async (): Promise<void> => {
      for (const host of hosts) {
        const entry = await readEntry(directory, `name%3Aweb@${host}.json`, 1 << 20, () => 0);
        if (entry === GONE || 'problem' in entry) throw new TypeError(`not whole: ${JSON.stringify(entry)}`);
        expect(entry.snapshot.nics[0]?.learned).toHaveLength(400);
        expect(entry.snapshot.epoch).toBeGreaterThanOrEqual(epochs.get(host) ?? 1);
        epochs.set(host, entry.snapshot.epoch);
      }
    };
    for (const host of hosts) {
      for (let read = 0; read < 40; read += 1) await readAll();
      const writer = writers.get(host);
      writer?.kill('SIGKILL');
      if (writer?.signalCode === null) await once(writer, 'exit');
      await readAll();
    }
    await readAll();
    const leftovers = (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
    expect(leftovers.length).toBeLessThanOrEqual(hosts.length);
    expect([...epochs.values()].every((epoch) => epoch > 1)).toBe(true);
  } finally {
    for (const writer of writers.values()) writer.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
});
