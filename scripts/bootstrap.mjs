// Installs the workspace when node_modules does not match pnpm-lock.yaml. Needs only Node and npm:
// `npm test` on a fresh clone gets here through its "pretest" script.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const read = (path) => {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return undefined;
  }
};

// pnpm keeps the lockfile it installed, byte for byte, beside the packages.
if (read('pnpm-lock.yaml') !== read('node_modules/.pnpm/lock.yaml')) {
  const { packageManager } = JSON.parse(read('package.json'));
  console.log('Installing dependencies (first run only) ...');
  const { status, error } = spawnSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'],
    { cwd: fileURLToPath(root), stdio: 'inherit', shell: process.platform === 'win32' },
  );
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
