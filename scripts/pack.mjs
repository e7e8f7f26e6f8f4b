// Packs what npm would publish into .cache/tarballs, and judges the packed files: publint, attw, a licence, no tests, no
// maps to sources that are not there. `npm run pack`
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const tarballs = join(root, '.cache/tarballs');
const bin = (name) => join(root, 'node_modules/.bin', name);

const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Runs a program to its end; its output comes back, and is the error where it fails. */
const run = (program, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(output) : reject(new Error(`${program} ${args.join(' ')}:\n${output}`)),
    );
  });

/** tsc never deletes: what a renamed or removed module left in dist would be published beside the new one. */
const removeStale = (folder) => {
  for (const file of existsSync(join(folder, 'dist')) ? files(join(folder, 'dist')) : []) {
    const module = file.slice(join(folder, 'dist/').length).replace(/(\.d)?\.ts(\.map)?$|\.js(\.map)?$/, '');
    if (module.startsWith('.') || existsSync(join(folder, 'src', `${module}.ts`))) continue;
    rmSync(file);
  }
};

/** What is wrong with the files of an unpacked package. */
const problemsIn = (folder) => {
  const problems = [];
  if (!existsSync(join(folder, 'LICENSE'))) problems.push('has no LICENSE');
  for (const file of files(folder)) {
    const path = file.slice(folder.length + 1);
    if (/\.test\.|(^|\/)test\//.test(path) && !path.startsWith('template/'))
      problems.push(`ships a test: ${path}`);
    if (!path.endsWith('.map')) continue;
    const { sources, sourceRoot = '' } = JSON.parse(readFileSync(file, 'utf8'));
    for (const source of sources) {
      if (!existsSync(resolve(dirname(file), sourceRoot, source)))
        problems.push(`${path} maps to ${source}, which is missing`);
    }
  }
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  if (/"(workspace|catalog):|nic-herald:source/.test(manifest))
    problems.push('package.json still speaks of the workspace');
  const { scripts = {} } = JSON.parse(manifest);
  for (const name of ['preinstall', 'install', 'postinstall'])
    if (scripts[name] !== undefined) problems.push(`runs ${scripts[name]} as it is installed`);
  return problems;
};

const judge = async (tarball) => {
  const file = join(tarballs, tarball);
  const unpacked = join(tarballs, 'unpacked', tarball.replace('.tgz', ''));
  mkdirSync(unpacked, { recursive: true });
  await run('tar', ['-xzf', file, '-C', unpacked, '--strip-components=1']);
  const problems = problemsIn(unpacked);
  for (const [program, ...args] of [
    ['publint', 'run', file, '--strict'],
    ['attw', file, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'table-flipped'],
  ]) {
    await run(bin(program), args).catch((error) => problems.push(error.message));
  }
  return problems.map((problem) => `${tarball}: ${problem}`);
};

const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
const build = spawnSync(bin('tsc'), ['-b', ...packages], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);
for (const folder of packages) removeStale(folder);
rmSync(tarballs, { recursive: true, force: true });
mkdirSync(tarballs, { recursive: true });
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
await run('npx', [
  '--yes',
  packageManager,
  '-r',
  '--filter',
  './packages/*',
  'pack',
  '--pack-destination',
  tarballs,
]);

const packed = readdirSync(tarballs).filter((name) => name.endsWith('.tgz'));
const problems = [];
const waiting = [...packed];
const worker = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
    problems.push(...(await judge(next)));
};
await Promise.all([worker(), worker()]);
rmSync(join(tarballs, 'unpacked'), { recursive: true, force: true });

for (const problem of problems) console.error(problem);
console.log(`${packed.length} packages packed into .cache/tarballs, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
