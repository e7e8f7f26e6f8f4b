import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlledHost, ControlServer, controlPath } from '@nic-herald/control';
import type { Guest } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAccess } from './find-access.js';

const guest = (name: string, instance: string) => ({
  instance,
  identity: { name },
  hypervisor: { name: 'QEMU', version: '7.2.22' },
});
const host = (name: string, guests: readonly object[]): ControlledHost =>
  ({
    name,
    guests: () => guests,
    inspect: ({ instance }: Guest) => Promise.resolve({ instance, seenBy: name }),
  }) as unknown as ControlledHost;

let directory: string;
let io: { readonly uid: number; readonly env: Readonly<Record<string, string>> };
const servers: ControlServer[] = [];
let silent: Server;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-find-'));
  io = { uid: 12345, env: { XDG_RUNTIME_DIR: directory } };
  // a guest that went from A to B is on both: A still has its shell
  const onA = host('A', [guest('moved', '/run/a/moved.qmp#1'), guest('db', '/run/a/db.qmp#2')]);
  const onB = host('B', [guest('moved', '/run/b/moved.qmp#1')]);
  const clock = new FakeClock();
  for (const each of [onA, onB])
    servers.push(await ControlServer.listen(controlPath(each.name, io), each, { clock }));
  silent = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => silent.listen(join(directory, 'silent.sock'), resolve));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  silent.close();
  await rm(directory, { recursive: true });
});

describe('the way to a guest', () => {
  it.each([
    ['a name', { guest: 'db' }, { seenBy: 'A', instance: '/run/a/db.qmp#2' }],
    ['an instance', { guest: '/run/b/moved.qmp#1' }, { seenBy: 'B' }],
    ['a name and a host', { guest: 'moved', host: 'B' }, { seenBy: 'B', instance: '/run/b/moved.qmp#1' }],
    ['a QMP socket that an agent holds', { qmp: '/run/a/moved.qmp' }, { seenBy: 'A' }],
    ['nothing, where a host has one guest', { host: 'B' }, { seenBy: 'B', instance: '/run/b/moved.qmp#1' }],
  ])('is found by %s', async (_, target, seen) => {
    const found = await findAccess(target, io, { sending: false });
    if (!('access' in found)) throw new Error('a list was given');
    expect(await found.access.inspect()).toMatchObject(seen);
  });

  it('is a list where nothing was named and there are several', async () => {
    const found = await findAccess({}, io, { sending: false });
    expect('guests' in found && found.guests.map((each) => `${each.host} ${each.instance}`)).toEqual([
      'A /run/a/moved.qmp#1',
      'A /run/a/db.qmp#2',
      'B /run/b/moved.qmp#1',
    ]);
  });

  it.each([
    [
      'a guest on two hosts',
      { guest: 'moved' },
      'HERALD_GUEST_AMBIGUOUS',
      'moved is here 2 times; say which: --host A /run/a/moved.qmp#1, or --host B /run/b/moved.qmp#1',
    ],
    [
      'a guest nobody has',
      { guest: 'web' },
      'HERALD_GUEST_UNKNOWN',
      "no guest 'web' on 2 running agents; seen are moved, db, moved",
    ],
    [
      'a guest its host has not',
      { guest: 'db', host: 'B' },
      'HERALD_GUEST_UNKNOWN',
      "no guest 'db' on 2 running agents; seen are moved",
    ],
    [
      'a QMP socket nobody has',
      { qmp: '/nowhere.qmp' },
      'HERALD_USAGE',
      '/nowhere.qmp cannot be found; give the path of a QMP socket with --qmp',
    ],
  ])('is refused for %s', async (_, target, code, message) => {
    await expect(findAccess(target, io, { sending: false })).rejects.toMatchObject({ code, message });
  });

  it('is refused where the agent named does not speak', async () => {
    const control = join(directory, 'silent.sock');
    await expect(findAccess({ control }, io, { sending: false })).rejects.toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
    });
  });

  it('is refused where there are no agents at all', async () => {
    const nobody = { uid: 12345, env: { XDG_RUNTIME_DIR: join(directory, 'empty') } };
    await expect(findAccess({}, nobody, { sending: false })).rejects.toMatchObject({
      code: 'HERALD_AGENT_NONE',
      message: expect.stringContaining('one that leaves @nic-herald/control out cannot be asked') as string,
    });
  });
});
