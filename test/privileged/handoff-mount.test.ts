import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('handoff-mount-main.ts', import.meta.url));
const FROM_SOURCE = ['--conditions=nic-herald:source', '--import', 'tsx'];
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;

it.skipIf(!isRoot)(
  'a hand-off directory whose mount goes away is not used, and used again when it is back',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nic-herald-mount-'));
    // what is to be required must differ from the file system of `/`, and its absence must not
    const isOnRoot = (await stat(folder)).dev === (await stat('/')).dev;
    try {
      const { stdout } = await promisify(execFile)(
        'unshare',
        ['--mount', '--propagation', 'private', process.execPath, ...FROM_SOURCE, MAIN, folder],
        { timeout: 50_000 },
      );
      expect(JSON.parse(stdout)).toEqual({
        missing: 'HERALD_HANDOFF_DIRECTORY',
        started: 'ok',
        away: 'HERALD_HANDOFF_GONE',
        below: [],
        back: 'ok',
        refused: isOnRoot ? 'HERALD_HANDOFF_DIRECTORY' : 'ok',
        told: ['HERALD_HANDOFF_GONE', 'HERALD_HANDOFF_BACK'],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  60_000,
);
