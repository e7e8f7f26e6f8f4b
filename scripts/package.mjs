// Packs what a host installs: a Debian package and a tarball, with the Node.js that they run on. The same commit gives the same
// bytes. `npm run package [-- --out DIRECTORY] [--workspace DIRECTORY]`; `--workspace` packs another, built clone.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildDeb } from './package/deb.mjs';
import { fixTree } from './package/fixed-tree.mjs';
import { installModules, readManifest } from './package/installed-modules.mjs';
import { thirdPartyNotice } from './package/licences.mjs';
import { nodeRuntime } from './package/node-runtime.mjs';
import { buildTarball } from './package/tarball.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const cache = join(root, '.cache/packages');
const { values } = parseArgs({
  options: { out: { type: 'string', default: cache }, workspace: { type: 'string', default: root } },
});
const out = resolve(values.out);
const workspace = resolve(values.workspace);

/** When what is packed was last changed, seconds: of the commit, so that it is the same for everybody. */
const changedAt = () => {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const { status, stdout, stderr } = spawnSync('git', ['log', '-1', '--format=%ct'], {
    cwd: workspace,
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`no commit to take the time from: set SOURCE_DATE_EPOCH (${stderr.trim()})`);
  return Number(stdout);
};

const version = readManifest(join(workspace, 'packages/cli')).version;
const epoch = changedAt();
const work = join(out, 'work');
rmSync(work, { recursive: true, force: true });
mkdirSync(join(cache, 'node'), { recursive: true });

// The program, as both packages have it.
const program = join(work, 'program');
const node = nodeRuntime(join(cache, 'node'));
mkdirSync(join(program, 'bin'), { recursive: true });
cpSync(join(node, 'bin/node'), join(program, 'bin/node'));
cpSync(join(root, 'deploy/nic-herald.sh'), join(program, 'bin/nic-herald'));
installModules(workspace, join(program, 'node_modules'), join(work, 'deployed'));
writeFileSync(join(program, 'NOTICE'), thirdPartyNotice(join(program, 'node_modules'), node));
cpSync(join(workspace, 'LICENSE'), join(program, 'LICENSE'));
writeFileSync(join(program, 'VERSION'), `${version}\n`);
fixTree(program, epoch);

const parts = { program, deploy: join(root, 'deploy'), workspace, version, epoch, out, work };
for (const file of [buildDeb(parts), buildTarball(parts)]) {
  const kib = Math.round(readFileSync(file).length / 1024);
  console.log(`${file}  ${kib} KiB`);
}
rmSync(work, { recursive: true, force: true });
