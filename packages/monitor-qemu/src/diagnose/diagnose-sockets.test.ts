import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { qemu } from '../qemu.js';
import { boundSockets } from './bound-sockets.js';
import { diagnoseSockets } from './diagnose-sockets.js';

let directory: string;
let servers: Server[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-sockets-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) server.close();
  await rm(directory, { recursive: true });
});

/** Listens at a path; every connection counts. */
const listenAt = async (name: string): Promise<{ readonly path: string; connections: number }> => {
  const listener = { path: join(directory, name), connections: 0 };
  const server = createServer((client) => {
    listener.connections += 1;
    client.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(listener.path, resolve));
  servers.push(server);
  return listener;
};

/** What `/proc/net/unix` says of listeners, and of clients. */
const tableOf =
  (...rows: readonly (readonly [path: string, kind: 'listens' | 'client'])[]) =>
  async () =>
    [
      'Num       RefCount Protocol Flags    Type St Inode Path',
      ...rows.map(
        ([path, kind]) =>
          `0000000000000000: 00000002 00000000 ${kind === 'listens' ? '00010000 0001 01' : '00000000 0001 03'} 4711 ${path}`,
      ),
      '0000000000000000: 00000003 00000000 00000000 0001 03 20866',
      'cut of',
    ].join('\n');

describe('sockets that cannot be used', () => {
  it('libvirt’s own monitor, whoever listens there', async () => {
    await mkdir(join(directory, 'domain-1-web'));
    const { path } = await listenAt('domain-1-web/monitor.sock');
    expect(await diagnoseSockets([path], tableOf([path, 'listens']))).toMatchObject([
      {
        level: 'problem',
        what: expect.stringContaining("libvirt's own monitor") as string,
        advice: expect.stringContaining('monitors.libvirt') as string,
        code: 'HERALD_QMP_LIBVIRT',
      },
    ]);
  });

  it('a file that is none', async () => {
    const path = join(directory, 'a.qmp');
    await writeFile(path, '');
    expect(await diagnoseSockets([path])).toEqual([{ level: 'problem', what: `${path} is no socket` }]);
  });
});

describe('sockets that are to come', () => {
  it.each([
    ['a.qmp', 'is not there now'],
    ['*.qmp', 'matches no socket now'],
    ['not/there/*.qmp', 'matches no socket now'],
  ])('%s %s', async (name, what) => {
    expect(await diagnoseSockets([join(directory, name)])).toEqual([
      { level: 'note', what: `${join(directory, name)} ${what}; an agent waits for it` },
    ]);
  });

  it('none is named', async () => {
    expect(await diagnoseSockets([])).toMatchObject([{ level: 'note' }]);
  });
});

describe('sockets that are there', () => {
  it.each<[string, ('listens' | 'client')[], string, string]>([
    ['waits for a client', ['listens'], 'ok', 'waits for a client'],
    ['has one', ['listens', 'client'], 'note', 'has a client already'],
    ['is left by a QEMU that ended', [], 'note', 'nobody is seen to listen'],
  ])('%s', async (_, kinds, level, what) => {
    const listener = await listenAt('a.qmp');
    const table = tableOf(...kinds.map((kind) => [listener.path, kind] as const));
    expect(await diagnoseSockets([listener.path], table)).toMatchObject([
      { level, what: expect.stringContaining(what) as string },
    ]);
    expect(listener.connections).toBe(0);
  });

  it('are told as one where all is well, and at most twenty by name where it is not', async () => {
    const paths: string[] = [];
    for (let index = 0; index < 26; index += 1) paths.push((await listenAt(`${index}.qmp`)).path);
    const table = tableOf(...paths.slice(0, 3).map((path) => [path, 'listens'] as const));
    const pattern = join(directory, '*.qmp');
    const findings = await diagnoseSockets([pattern], table);
    expect(findings).toHaveLength(22);
    expect(findings[0]).toEqual({ level: 'ok', what: `${pattern}: 3 sockets that wait for a client` });
    expect(findings.at(-1)).toEqual({ level: 'note', what: `${pattern}: 3 more such sockets` });
  });

  it('are there where the kernel tells nothing', async () => {
    const { path } = await listenAt('a.qmp');
    const table = () => Promise.reject(new Error('no /proc'));
    expect(await diagnoseSockets([path], table)).toEqual([{ level: 'ok', what: `${path} is there` }]);
  });

  it('are seen by the kernel’s own table, with and without a client', async () => {
    const { path } = await listenAt('a.qmp');
    const look = async () =>
      (await qemu({ sockets: [path] }).diagnose?.({ signal: AbortSignal.timeout(1000) })) ?? [];
    expect(await look()).toMatchObject([{ level: 'ok' }]);
    const client = connect(path);
    await new Promise((resolve) => client.once('connect', resolve));
    expect(await look()).toMatchObject([
      { level: 'note', what: expect.stringContaining('has a client already') as string },
    ]);
    client.destroy();
  });
});

it('a table of nonsense names no socket', () => {
  expect(boundSockets('\0\n: : :\n/x\n')).toEqual(new Map());
});
