// The other supported lines of Node.js, which the npm package `node` carries: what a stranger has (test/packed and the
// examples, of what `npm run pack` left), and with the newest the unit tests of what all else stands on. The command is tried as packed.
// `npm run test:node`
import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['22', '24'];
const RUNS = [
  ['node_modules/vitest/vitest.mjs', 'run', 'packages/wire', 'packages/core', 'packages/host'],
  ['--import', 'tsx', 'test/packed/main.ts'],
  ['--import', 'tsx', 'test/packed/examples-main.ts'],
];
const UNIT_TESTS = 0;
const WHAT = ['unit tests', 'packed', 'examples'];

/** Where npm keeps the node of a version. What runs there calls npx itself, which must not inherit this one's settings. */
const nodeOf = (version) => {
  const asked = [
    '--yes',
    '--prefer-offline',
    '-p',
    `node@${version}`,
    '--',
    'node',
    '-p',
    'process.execPath',
  ];
  const { status, stdout, stderr } = spawnSync('npx', asked, { encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`npm has no node@${version}: ${stderr}`);
  return stdout.trim();
};

const total = { passed: 0, failed: 0, skipped: 0 };
for (const version of VERSIONS) {
  const node = nodeOf(version);
  for (const [index, args] of RUNS.entries()) {
    if (index === UNIT_TESTS && version !== VERSIONS.at(-1)) continue;
    const since = performance.now();
    const { status, stdout, stderr } = spawnSync(node, args, {
      cwd: fileURLToPath(new URL('../', import.meta.url)),
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
      encoding: 'utf8',
      timeout: 600_000, // twice what two busy processors took
      maxBuffer: 2 ** 26,
    });
    const last = stdout.match(/^(\d+) passed, (\d+) failed, (\d+) skipped$/m);
    const [, passed = '0', failed = '1', skipped = '0'] = last ?? [];
    if (status !== 0 || last === null) console.log(`${stdout}${stderr}`);
    console.log(
      `Node.js ${version}  ${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s  ${passed} passed, ${failed} failed  ${WHAT[index]}`,
    );
    total.passed += Number(passed);
    total.failed += status === 0 ? Number(failed) : Math.max(1, Number(failed));
    total.skipped += Number(skipped);
  }
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
