// The node_modules of an installed nic-herald: what the lockfile names for production, without what no program reads.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { filesBelow } from './fixed-tree.mjs';

const PROGRAM = 'nic-herald';
/** What runs, is read as it runs, or is a licence. */
const CODE = new Set(['.js', '.cjs', '.mjs', '.json', '.node']);
export const LICENCE = /^(licen[cs]e(-[a-z0-9]+)?|copying|notice|copyrightnotice|authors)(\.(md|txt))?$/i;
/** At the top of somebody else's package. */
const NEVER_RUN =
  /^(\.[^/]+|tests?|docs?|examples?|benchmarks?|fixtures|scripts|types|typings)\/|^((test|bench|benchmark|check|example|cnoke)|.*\.(test|test-d|config))\.[cm]?js$/;
/** Bindings are shipped for one kind of machine: x64 with glibc. */
const OTHER_MACHINE = /(^|\/)musl_/;

/** Names of the packages in a node_modules, sorted. */
export const packagesIn = (modules) =>
  readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name],
    )
    .sort();

/** Fills `modules` out of a built workspace; `scratch` is emptied. */
export const installModules = (workspace, modules, scratch) => {
  rmSync(scratch, { recursive: true, force: true });
  const { packageManager } = readManifest(workspace);
  const deploy = ['--filter', PROGRAM, 'deploy', '--prod', '--legacy', '--config.node-linker=hoisted'];
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', packageManager, ...deploy, scratch], {
    cwd: workspace,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pnpm deploy: ${stdout}${stderr}`);
  const from = join(scratch, 'node_modules');
  const versions = new Map(packagesIn(from).map((name) => [name, readManifest(join(from, name)).version]));
  for (const name of versions.keys()) copyPackage(name, join(from, name), join(modules, name), versions);
  copyPackage(PROGRAM, scratch, join(modules, PROGRAM), versions);
  for (const name of [PROGRAM, ...versions.keys()]) {
    if (isOwn(name)) cpSync(join(workspace, 'LICENSE'), join(modules, name, 'LICENSE'));
  }
  rmSync(scratch, { recursive: true, force: true });
};

const isOwn = (name) => name === PROGRAM || name.startsWith('@nic-herald/');

const copyPackage = (name, from, to, versions) => {
  for (const path of filesBelow(from, (name) => name !== 'node_modules')) {
    if (!(isOwn(name) ? isOwnFile(from, path) : isForeignFile(path))) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(from, path), join(to, path));
  }
  if (isOwn(name)) {
    const manifest = publishedManifest(readManifest(from), versions);
    writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  }
};

const isOwnFile = (folder, path) =>
  path === 'package.json' ||
  /^(template|recordings)\//.test(path) ||
  (path.startsWith('dist/') && CODE.has(extname(path)) && !isStale(folder, path));

/** tsc never deletes what a renamed or removed module left in dist. */
const isStale = (folder, path) =>
  !existsSync(join(folder, path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts')));

const isForeignFile = (path) =>
  !NEVER_RUN.test(path) &&
  !OTHER_MACHINE.test(path) &&
  (CODE.has(extname(path)) || LICENCE.test(path.slice(path.lastIndexOf('/') + 1)));

/** As it is published: nothing of the workspace, and each dependency by the version that is beside it. */
const publishedManifest = ({ scripts, devDependencies, files, publishConfig, ...manifest }, versions) => {
  const { access, ...published } = publishConfig ?? {};
  const dependencies = Object.keys(manifest.dependencies ?? {}).map((name) => [name, versions.get(name)]);
  return { ...manifest, ...published, dependencies: Object.fromEntries(dependencies) };
};

export const readManifest = (folder) => {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
};
