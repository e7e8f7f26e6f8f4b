import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('bin.ts', import.meta.url));
/** As `npm test` has compiled nothing. */
const FROM_SOURCE = ['--conditions=nic-herald:source', '--import', 'tsx'];
/** What the command promises, and what this machine may take besides. */
const ENDS_WITHIN_MS = 5000 + 1500;

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-bin-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await rm(folder, { recursive: true });
});

/** An agent with nothing in it but what these modules bring; a monitor that sees nothing is one of them. */
const configOf = async (plugins: Readonly<Record<string, string>>, more = ''): Promise<string> => {
  const file = join(folder, 'herald.yaml');
  const out = ['monitor-libvirt', 'sink-linux', 'learner-linux', 'ports-linux'];
  const lines = [
    ...out.map((name) => `  - { use: "@nic-herald/${name}", enabled: false }`),
    ...Object.keys(plugins).map((name) => `  - ./${name}.mjs`),
  ];
  for (const [name, code] of Object.entries(plugins)) await writeFile(join(folder, `${name}.mjs`), code);
  await writeFile(
    file,
    `host: A\ncontrol: { socket: ${join(folder, 'a.sock')} }\nplugins:\n${lines.join('\n')}\n${more}`,
  );
  return file;
};

const CORE = new URL('../../core/src/index.ts', import.meta.url).href;
/** A plugin that contributes what this code makes, under a token of core. */
const contributes = (name: string, token: string, made: string): string =>
  `import { ${token} } from ${JSON.stringify(CORE)};
   const say = (text) => process.stderr.write(text + '\\n');
   export const plugin = () => ({ name: '${name}', contract: 2,
     install: (registrar) => registrar.contribute(${token}, { factory: () => (${made}) }) });`;
const MONITOR = contributes('nothing', 'GUEST_MONITOR', "{ name: 'nothing', start: async () => {} }");

const FIFO = (): string => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
};

interface Spawned {
  readonly process: ChildProcess;
  /** Everything it wrote so far. */
  readonly output: () => string;
  /** Resolves when it has written this. */
  readonly said: (text: string) => Promise<void>;
  /** Resolves with its status or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

const spawned = (argv: readonly string[], stdout: 'pipe' | number = 'pipe'): Spawned => {
  const started = spawn(process.execPath, [...FROM_SOURCE, BIN, ...argv], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  child = started;
  let output = '';
  const take = (chunk: Uint8Array): void => {
    output += new TextDecoder().decode(chunk);
  };
  started.stdout?.on('data', take);
  started.stderr?.on('data', take);
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (started.exitCode !== null || started.signalCode !== null) throw new Error(`it ended: ${output}`);
      await setTimeout(10);
    }
  };
  const ended = once(started, 'close').then(
    ([status, signal]) => (status ?? signal) as number | NodeJS.Signals,
  );
  return { process: started, output: () => output, said, ended };
};

/** How it ends, asked by this signal; fails where it does not in time. */
const endOf = async (asked: Spawned, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> => {
  asked.process.kill(signal);
  const late = setTimeout(ENDS_WITHIN_MS).then(() => {
    throw new Error(`it did not end: ${asked.output()}`);
  });
  late.catch(() => undefined);
  return Promise.race([asked.ended, late]);
};

const HANGS = 'new Promise(() => setInterval(() => {}, 1000))';

describe.skipIf(process.platform !== 'linux')('an agent that is asked to end', { timeout: 40_000 }, () => {
  it.each<[when: string, plugins: () => Record<string, string>, said: string, end: number | NodeJS.Signals]>([
    [
      'while the module of a plugin is loaded for ever',
      () => ({
        hangs: `process.stderr.write('here\\n'); await ${HANGS}; export const plugin = () => ({});`,
      }),
      'here',
      'SIGTERM',
    ],
    [
      'while a plugin starts for ever',
      () => ({
        nothing: MONITOR,
        hangs: contributes('hangs', 'HOST_SERVICE', `{ start: () => { say('here'); return ${HANGS}; } }`),
      }),
      'here',
      0,
    ],
    [
      'while every thread of Node.js hangs in a file system',
      () => ({
        nothing: MONITOR,
        hangs: `import { open } from 'node:fs';\n${contributes(
          'hangs',
          'HOST_SERVICE',
          `{ start: () => { for (let n = 0; n < 4; n++) open(${JSON.stringify(FIFO())}, () => {}); say('here'); return ${HANGS}; } }`,
        )}`,
      }),
      'here',
      0,
    ],
    [
      'where the close of a plugin hangs',
      () => ({
        nothing: MONITOR,
        hangs: contributes('hangs', 'HOST_SERVICE', `{ close: () => ${HANGS} }`),
      }),
      '"ready"',
      1,
    ],
    ['where all is well', () => ({ nothing: MONITOR }), '"ready"', 0],
  ])('does so in time %s', async (_, plugins, said, end) => {
    const agent = spawned(['run', '--config', await configOf(plugins())]);
    await agent.said(said);
    expect(await endOf(agent, 'SIGTERM')).toBe(end);
  });

  it('does so in time while its configuration is a pipe that does not end', async () => {
    const pipe = FIFO();
    const writer = openSync(pipe, 'r+');
    const agent = spawned(['run', '--config', pipe]);
    await setTimeout(2500); // it says nothing then
    expect(await endOf(agent, 'SIGINT')).toBe('SIGINT');
    closeSync(writer);
  });

  it('does so in time though nobody reads its log', async () => {
    const talks = contributes(
      'talks',
      'HOST_SERVICE',
      "{ start: async () => { for (let n = 0; n < 9000; n++) Promise.reject(new Error('x'.repeat(200))); setTimeout(() => say('here'), 500); } }",
    );
    const agent = spawned(['run', '--config', await configOf({ nothing: MONITOR, talks })]);
    agent.process.stdout?.pause();
    await agent.said('here');
    expect(await endOf(agent, 'SIGTERM')).toBe(0);
  });

  it('refuses a report directory that cannot be made, and does not spin', async () => {
    const config = await configOf({ nothing: MONITOR });
    const agent = spawned(['run', '--config', config, '--report-dir', '/proc/nic-herald']);
    expect(await agent.ended).toBe(3);
    expect(agent.output()).toContain('HERALD_REPORT_DIRECTORY');
  });
});

describe.skipIf(process.platform !== 'linux')('signals that must do no harm', { timeout: 40_000 }, () => {
  it.each(['SIGUSR1', 'SIGUSR2'] as const)('%s opens no debugger and ends no agent', async (signal) => {
    const slow = contributes(
      'slow',
      'HOST_SERVICE',
      "{ start: () => { say('here'); return new Promise((resolve) => setTimeout(resolve, 500)); } }",
    );
    const agent = spawned(['run', '--config', await configOf({ nothing: MONITOR, slow })]);
    await agent.said('here');
    agent.process.kill(signal);
    await agent.said('"ready"');
    agent.process.kill(signal);
    await setTimeout(700);
    expect(agent.output()).not.toContain('Debugger listening');
    expect(await endOf(agent, 'SIGTERM')).toBe(0);
  });

  it('a debugger that was opened before the first line is closed', async () => {
    const hangs = `process.stderr.write('here\\n'); await ${HANGS}; export const plugin = () => ({});`;
    const config = await configOf({ hangs });
    const early = 'data:text/javascript,process.kill(process.pid,"SIGUSR1");setTimeout(()=>{},50)';
    const started = spawn(
      process.execPath,
      [...FROM_SOURCE, '--import', early, BIN, 'run', '--config', config],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    child = started;
    let told = '';
    started.stderr.on('data', (chunk: Uint8Array) => {
      told += new TextDecoder().decode(chunk);
    });
    while (!told.includes('here')) await setTimeout(20);
    const isOpen = (): Promise<boolean> => {
      const address = /ws:\/\/(127\.0\.0\.1):(\d+)/.exec(told);
      if (address === null) return Promise.resolve(false);
      return fetch(`http://${address[1]}:${address[2]}/json`).then(
        () => true,
        () => false,
      );
    };
    await setTimeout(800);
    await expect.poll(isOpen, { timeout: 8000 }).toBe(false);
  });
});

describe.skipIf(process.platform !== 'linux')('SIGHUP', { timeout: 40_000 }, () => {
  it('has an agent read its configuration anew, also while it starts', async () => {
    const slow = contributes(
      'slow',
      'HOST_SERVICE',
      "{ start: () => { say('here'); return new Promise((resolve) => setTimeout(resolve, 500)); } }",
    );
    const config = await configOf({ nothing: MONITOR, slow });
    const agent = spawned(['run', '--config', config]);
    await agent.said('here');
    agent.process.kill('SIGHUP');
    await agent.said('configuration read anew: nothing changed');
    await agent.said('"ready"');
    await writeFile(config, `${readFileSync(config, 'utf8')}maxStations: 5\n`);
    agent.process.kill('SIGHUP');
    await agent.said('maxStations changed');
    await writeFile(config, 'maxStations: many\n');
    agent.process.kill('SIGHUP');
    await agent.said('herald.yaml:1: maxStations: must be');
    expect(await endOf(agent, 'SIGTERM')).toBe(0);
  });

  it('before a plugin is loaded is kept until it can be done', async () => {
    const loads = `process.stderr.write('here\\n'); await new Promise((done) => setTimeout(done, 500));\n${MONITOR}`;
    const agent = spawned(['run', '--config', await configOf({ loads })]);
    await agent.said('here');
    agent.process.kill('SIGHUP');
    await agent.said('configuration read anew');
    await agent.said('"ready"');
    expect(await endOf(agent, 'SIGTERM')).toBe(0);
  });
});

describe('a command that waits for an agent', { timeout: 30_000 }, () => {
  it.each([
    ['announce', 'SIGINT', 130],
    ['announce', 'SIGTERM', 143],
    ['inspect', 'SIGINT', 'SIGINT'],
    ['record', 'SIGINT', 'SIGINT'],
  ] as const)('%s is ended by %s, and lets go of what it asked for', async (command, signal, end) => {
    const socket = join(folder, 'a.sock');
    const web = {
      host: 'A',
      identity: { name: 'web' },
      instance: 'a',
      hypervisor: { name: 'QEMU', version: '7' },
    };
    let isAsked = false;
    let isLetGo = false;
    const agent = createServer((request, response) => {
      if (request.url === '/guests') return void response.end(JSON.stringify([web]));
      isAsked = true;
      response.on('close', () => {
        isLetGo = true;
      });
    });
    await new Promise<void>((resolve) => agent.listen(socket, resolve));
    const asking = spawned([command, 'web', '--control', socket]);
    await expect.poll(() => isAsked, { timeout: 10_000 }).toBe(true);
    expect(await endOf(asking, signal)).toBe(end);
    await expect.poll(() => isLetGo).toBe(true);
    expect(asking.output()).toBe(
      command === 'announce'
        ? `nic-herald: the announcement was ended by ${signal}: what was not sent by then is not sent (HERALD_CANCELLED)\n`
        : '',
    );
    agent.close();
  });
});

describe.skipIf(process.platform !== 'linux')('output that cannot be written', { timeout: 30_000 }, () => {
  it('makes a command fail, and is told of', async () => {
    const full = openSync('/dev/full', 'w');
    const command = spawned(['plugins', '--config', await configOf({ nothing: MONITOR })], full);
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain('(HERALD_OUTPUT)');
    closeSync(full);
  });

  it('is no word worth where the reader went away', async () => {
    const command = spawned(['plugins', '--config', await configOf({ nothing: MONITOR })]);
    command.process.stdout?.destroy();
    expect(await command.ended).toBe(141);
    expect(command.output()).toBe('');
  });

  it('costs an agent its log, and nothing else', async () => {
    const full = openSync('/dev/full', 'w');
    const agent = spawned(['run', '--config', await configOf({ nothing: MONITOR })], full);
    await agent.said('(HERALD_LOG)');
    await setTimeout(500);
    expect(await endOf(agent, 'SIGTERM')).toBe(0);
    closeSync(full);
  });
});
