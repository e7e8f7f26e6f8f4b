import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseResult } from '../../lab/lab-case.js';
import { runProgram } from '../../lab/run-program.js';
import type { InstalledCase, InstalledContext } from '../installed-case.js';
import { packages } from '../packed-debs.js';

const root = join(import.meta.dirname, '../../..');

/** What differs between two people who pack: the directory, the umask (the lane's own), the clock's zone and the language. */
export const packedTwice: InstalledCase = {
  name: 'packed-twice',
  summary:
    'the same commit, packed in another directory by somebody with other settings, gives the same bytes',
  inCi: false,
  run,
};

async function run({ directory }: InstalledContext): Promise<CaseResult> {
  await mkdir(directory, { recursive: true });
  await runProgram(process.execPath, ['scripts/package.mjs', '--out', directory], {
    cwd: root,
    env: { TZ: 'Pacific/Auckland', LC_ALL: 'C.UTF-8', LANG: 'de_DE.UTF-8' },
    timeoutMs: 300_000,
  });
  const [first, again] = [await hashes(packages), await hashes(directory)];
  const faults = [...first]
    .filter(([name, hash]) => again.get(name) !== hash)
    .map(([name]) => `${name} differs`);
  if (first.size !== 2) faults.push(`${first.size} packages, not 2`);
  return { faults, notes: [...again].map(([name, hash]) => `${hash.slice(0, 16)} ${name}`) };
}

async function hashes(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter((name) => /\.(deb|tar\.gz)$/.test(name)).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) => {
        const hash = createHash('sha256').update(await readFile(join(folder, name)));
        return [name, hash.digest('hex')] as const;
      }),
    ),
  );
}
