import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceSocket } from './service-socket.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = ['--conditions=nic-herald:source', '--import', 'tsx', join(root, 'packages/cli/src/bin.ts')];
/** Sends nothing and learns nothing, so that no privilege is needed. */
const CONFIG = `host: A
monitors: { qemu: { sockets: ['*.qmp'] } }
plugins:
  - { use: '@nic-herald/sink-linux', enabled: false }
  - { use: '@nic-herald/learner-linux', enabled: false }
  - ./shows-environment.mjs
`;
/** What a child process of the agent would be started with. */
const SHOWS_ENVIRONMENT = `
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
writeFileSync(new URL('environment.txt', import.meta.url), execFileSync('env'));
export const plugin = () => ({ name: 'shows-environment', contract: 2, install() {} });`;

describe('an agent that systemd started', { timeout: 60_000 }, () => {
  let directory: string;
  let manager: ServiceSocket;
  let agent: ChildProcess;
  const told: string[] = [];
  /** Waits for a notice, and gives it. */
  const notice = (matches: RegExp): Promise<string> =>
    vi.waitFor(
      () => {
        told.push(...manager.received());
        const found = told.find((text) => matches.test(text));
        if (found === undefined) throw new TypeError(`told ${JSON.stringify(told)}, and not ${matches}`);
        return found;
      },
      { timeout: 30_000, interval: 50 },
    );

  beforeEach(async () => {
    told.length = 0;
    directory = await mkdtemp(join(tmpdir(), 'nic-herald-service-'));
    await writeFile(join(directory, 'herald.yaml'), CONFIG);
    await writeFile(join(directory, 'shows-environment.mjs'), SHOWS_ENVIRONMENT);
    const address = join(directory, 'notify.sock');
    manager = new ServiceSocket(address);
    agent = spawn(process.execPath, [...PROGRAM, 'run', '-c', join(directory, 'herald.yaml')], {
      cwd: root,
      env: {
        ...process.env,
        TSX_TSCONFIG_PATH: join(root, 'tsconfig.base.json'),
        NOTIFY_SOCKET: address,
        WATCHDOG_USEC: '1000000',
        RUNTIME_DIRECTORY: directory,
        XDG_RUNTIME_DIR: directory,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  afterEach(async () => {
    if (agent.exitCode === null && agent.signalCode === null) {
      const exited = once(agent, 'exit');
      agent.kill('SIGKILL');
      await exited;
    }
    manager.close();
    await rm(directory, { recursive: true });
  });

  it('says that it is ready, that it is well, and that it ends; what it starts cannot', async () => {
    expect(await notice(/^READY=1$/m)).toBe('READY=1\nSTATUS=0 guests');
    await notice(/^WATCHDOG=1$/);
    const environment = await readFile(join(directory, 'environment.txt'), 'utf8');
    expect(environment).toContain('PATH=');
    expect(environment).not.toMatch(/^(NOTIFY_SOCKET|WATCHDOG_USEC)=/m);
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    await notice(/^STOPPING=1$/m);
    expect(await exited).toEqual([0, null]);
  });

  it('says when it reads its configuration anew, and when that is over, also where the file is broken', async () => {
    await notice(/^READY=1$/m);
    await writeFile(join(directory, 'herald.yaml'), 'trust: nobody');
    agent.kill('SIGHUP');
    expect(await notice(/^RELOADING=1$/m)).toMatch(/^RELOADING=1\nMONOTONIC_USEC=[1-9]\d*$/);
    expect(await notice(/^READY=1$/)).toBe('READY=1');
  });

  it('says no more that it is well while its event loop stands still', async () => {
    await notice(/^WATCHDOG=1$/);
    agent.kill('SIGSTOP');
    manager.received();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(manager.received()).toEqual([]);
    agent.kill('SIGCONT');
    told.length = 0;
    await notice(/^WATCHDOG=1$/);
  });
});
