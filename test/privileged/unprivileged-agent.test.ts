import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privilegeMissing } from './network-sandbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What the agent's own sink and learner want. */
const WANTED = ['net_admin', 'net_raw', 'bpf', 'sys_admin', 'perfmon'];
const PROGRAM = [
  '--bounding-set',
  WANTED.map((one) => `-${one}`).join(),
  process.execPath,
  '--conditions=nic-herald:source',
  '--import',
  'tsx',
  join(root, 'packages/cli/src/bin.ts'),
];
const SURROUNDINGS = {
  cwd: root,
  env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.base.json') },
};

const WITHOUT = `plugins:
  - { use: '@nic-herald/sink-linux', enabled: false }
  - { use: '@nic-herald/learner-linux', enabled: false }
`;

let directory: string;
let agent: ChildProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-unprivileged-'));
});
afterEach(async () => {
  if (agent?.exitCode === null) {
    const exited = once(agent, 'exit');
    agent.kill('SIGKILL');
    await exited;
  }
  agent = undefined;
  await rm(directory, { recursive: true });
});

const configOf = async (more: string): Promise<string> => {
  const file = join(directory, 'herald.yaml');
  await writeFile(file, `monitors: { qemu: { sockets: ['*.qmp'] } }\ncontrol: { socket: a.sock }\n${more}`);
  return file;
};

describe.skipIf(privilegeMissing() !== undefined)('an agent without privileges', () => {
  it('does not start with all that is taken by itself', async () => {
    const running = promisify(execFile)(
      'setpriv',
      [...PROGRAM, 'run', '-c', await configOf('')],
      SURROUNDINGS,
    );
    await expect(running).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('HERALD_SINK_UNAVAILABLE') as string,
    });
  }, 60_000);

  it('starts, and ends, where sink and learner are left out', async () => {
    const child = spawn('setpriv', [...PROGRAM, 'run', '-c', await configOf(WITHOUT)], {
      ...SURROUNDINGS,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    agent = child;
    const exited = once(child, 'exit');
    let ready: { readonly plugins: readonly string[] } | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as { msg: string; plugins: readonly string[] };
      if (entry.msg !== 'ready') continue;
      ready = entry;
      child.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
    expect(ready?.plugins).toContain('@nic-herald/monitor-qemu');
    expect(ready?.plugins).not.toContain('@nic-herald/sink-linux');
  }, 60_000);

  it('is told so by doctor', async () => {
    const asking = promisify(execFile)(
      'setpriv',
      [...PROGRAM, 'doctor', '-c', await configOf(''), '--json'],
      SURROUNDINGS,
    );
    await expect(asking).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('CAP_NET_ADMIN') as string,
    });
    const content = promisify(execFile)(
      'setpriv',
      [...PROGRAM, 'doctor', '-c', await configOf(WITHOUT)],
      SURROUNDINGS,
    );
    await expect(content).resolves.toMatchObject({
      stdout: expect.stringContaining('left out by plugins.0') as string,
    });
  }, 60_000);
});
