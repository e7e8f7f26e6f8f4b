// The tarball: the program with what a host of another distribution needs beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fixTree } from './fixed-tree.mjs';

/** Makes `nic-herald-VERSION-linux-x64.tar.gz` and gives its path. */
export const buildTarball = ({ program, deploy, version, epoch, out, work }) => {
  const name = `nic-herald-${version}-linux-x64`;
  const tree = join(work, 'tarball', name);
  mkdirSync(tree, { recursive: true });
  cpSync(program, tree, { recursive: true });
  for (const each of ['herald.yaml', 'systemd', 'sysusers.d', 'man', 'completion', 'grafana', 'prometheus']) {
    if (existsSync(join(deploy, each)))
      cpSync(join(deploy, each), join(tree, 'deploy', each), { recursive: true });
  }
  fixTree(tree, epoch);
  const file = join(out, `${name}.tar.gz`);
  // gzip: xz takes seven times as long for two thirds of the size. -n: neither name nor time.
  const pack =
    'tar --create --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$1" --directory "$2" "$3" | gzip -n -6 >"$4"';
  const args = ['-o', 'pipefail', '-c', pack, 'pack', String(epoch), join(work, 'tarball'), name, file];
  const { status, stderr } = spawnSync('bash', args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  return file;
};
