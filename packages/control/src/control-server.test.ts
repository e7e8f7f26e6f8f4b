import { once } from 'node:events';
import { chmod, link, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnnounceRequest, type Guest, HeraldError, type RecordRequest } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentsIn, ControlClient } from './control-client.js';
import type { ControlledHost } from './control-routes.js';
import { ControlServer } from './control-server.js';

const guest = (name: string, instance: string): Guest => ({
  instance,
  identity: { name, uuid: '9b1c5d3e-1111-4222-8333-00000000000a' },
  hypervisor: { name: 'QEMU', version: '7.2.22' },
  nics: () => Promise.resolve([]),
  inspect: () => {
    throw new Error('not asked');
  },
});

const requests: AnnounceRequest[] = [];
const recorded: RecordRequest[] = [];
const web = guest('web', '/run/a.qmp#1');
const host = {
  name: 'A',
  guests: () => [web, guest('twice', '/run/b.qmp#1'), { ...guest('twice', '/run/c.qmp#1') }],
  inspect: (of: Guest) => Promise.resolve({ guest: of.identity, nics: [] }),
  announce: (_: Guest, asked: AnnounceRequest) => {
    requests.push(asked);
    if (asked.nics?.[0] === 'slow') {
      return new Promise((_resolve, reject) => {
        asked.signal?.addEventListener('abort', () => reject(new HeraldError('HERALD_CANCELLED', 'ended')));
      });
    }
    return Promise.resolve({ outcome: 'announced' });
  },
  record: (_: Guest, asked: RecordRequest) => {
    recorded.push(asked);
    if (asked.nic === 'eth7') throw new HeraldError('HERALD_NIC_AMBIGUOUS', 'several');
    if (asked.words?.[0]?.bar === 9) throw new HeraldError('HERALD_RECORD_WORDS', 'no such words');
    return Promise.resolve({ format: 1 });
  },
  describe: () => ({ host: 'A', plugins: [] }),
  reports: () => [{ outcome: 'announced' }],
  stats: () => {
    throw new HeraldError('HERALD_HOST_NOT_READY', 'closing');
  },
} as unknown as ControlledHost;

const clock = new FakeClock();
let directory: string;
let path: string;
let server: ControlServer | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-control-'));
  path = join(directory, 'A.sock');
  requests.length = 0;
  recorded.length = 0;
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(directory, { recursive: true });
});

/** A raw request, for what the client would never send. */
const raw = (method: string, url: string, body?: string): Promise<{ status: number; code: unknown }> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: path, method, path: url }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Uint8Array) => {
        text += new TextDecoder().decode(chunk);
      });
      answer.on('end', () => {
        const { code } = JSON.parse(text) as { code?: unknown };
        resolve({ status: answer.statusCode ?? 0, code });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });

describe('the control socket', () => {
  it('belongs to its owner only', async () => {
    server = await ControlServer.listen(path, host, { clock });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is gone after the close', async () => {
    server = await ControlServer.listen(path, host, { clock });
    await server.close();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('makes its directory, for its owner only', async () => {
    const inner = join(directory, 'x', 'A.sock');
    server = await ControlServer.listen(inner, host, { clock });
    expect((await stat(join(directory, 'x'))).mode & 0o777).toBe(0o700);
  });

  it.each([
    [
      'a live agent holds it',
      'HERALD_CONTROL_BUSY',
      async () => {
        server = await ControlServer.listen(path, host, { clock });
      },
    ],
    ['a file is in its place', 'HERALD_CONTROL_PATH', () => writeFile(path, 'precious')],
    ['others may write to its directory', 'HERALD_CONTROL_DIRECTORY', () => chmod(directory, 0o777)],
    [
      'its directory is a file',
      'HERALD_CONTROL_DIRECTORY',
      async () => {
        await writeFile(join(directory, 'file'), '');
        path = join(directory, 'file', 'A.sock');
      },
    ],
    [
      'its path is too long',
      'HERALD_CONTROL_PATH',
      async () => {
        path = join(directory, 'x'.repeat(100));
        await mkdir(directory, { recursive: true });
      },
    ],
  ])('is refused where %s', async (_, code, arrange) => {
    await arrange();
    await expect(ControlServer.listen(path, host, { clock })).rejects.toMatchObject({ code });
  });

  it('takes the place of an agent that died', async () => {
    await deadSocket(path);
    server = await ControlServer.listen(path, host, { clock });
    expect(await new ControlClient(path).guests()).toHaveLength(3);
  });

  it('is found in its directory', async () => {
    server = await ControlServer.listen(path, host, { clock });
    await writeFile(join(directory, 'notes.txt'), '');
    expect((await agentsIn(directory)).map((agent) => agent.path)).toEqual([path]);
    expect(await agentsIn(join(directory, 'nowhere'))).toEqual([]);
  });
});

describe('an agent asked over its control socket', () => {
  beforeEach(async () => {
    server = await ControlServer.listen(path, host, { clock });
  });

  it.each([
    ['an unknown guest', 'GET', '/guests/nobody', undefined, 404, 'HERALD_GUEST_UNKNOWN'],
    ['a guest that is here twice', 'GET', '/guests/twice', undefined, 409, 'HERALD_GUEST_AMBIGUOUS'],
    ['an unknown path', 'GET', '/secrets', undefined, 400, 'HERALD_CONTROL_REQUEST'],
    ['a path that goes on', 'GET', '/guests/web/announce/now', undefined, 400, 'HERALD_CONTROL_REQUEST'],
    ['a path that is no text', 'GET', '/guests/%ff', undefined, 400, 'HERALD_CONTROL_REQUEST'],
    ['a method that does not fit', 'DELETE', '/guests/web', undefined, 400, 'HERALD_CONTROL_REQUEST'],
    ['a body that is no JSON', 'POST', '/guests/web/announce', '{', 400, 'HERALD_CONTROL_REQUEST'],
    ['what the host does not answer yet', 'GET', '/stats', undefined, 503, 'HERALD_HOST_NOT_READY'],
    ['a member nobody knows', 'POST', '/guests/web/announce', '{"nic":"x"}', 400, 'HERALD_CONTROL_REQUEST'],
    [
      'a timing that is no number',
      'POST',
      '/guests/web/announce',
      '{"timing":{"rounds":"5"}}',
      400,
      'HERALD_CONTROL_REQUEST',
    ],
    ['one NIC of several', 'POST', '/guests/web/record', '{"nic":"eth7"}', 409, 'HERALD_NIC_AMBIGUOUS'],
    [
      'words that no card has',
      'POST',
      '/guests/web/record',
      '{"words":[{"bar":9,"offset":0,"count":1}]}',
      400,
      'HERALD_RECORD_WORDS',
    ],
    [
      'words that are no numbers',
      'POST',
      '/guests/web/record',
      '{"words":[{"bar":0,"offset":"0x0","count":1}]}',
      400,
      'HERALD_CONTROL_REQUEST',
    ],
    [
      'too many words',
      'POST',
      '/guests/web/record',
      JSON.stringify({ words: Array(65).fill({ bar: 0, offset: 0, count: 1 }) }),
      400,
      'HERALD_CONTROL_REQUEST',
    ],
    [
      'a recording of what is not asked for',
      'POST',
      '/guests/web/record',
      '{"file":"/etc/passwd"}',
      400,
      'HERALD_CONTROL_REQUEST',
    ],
    [
      'a body without end',
      'POST',
      '/guests/web/announce',
      `{}${' '.repeat(100_000)}`,
      400,
      'HERALD_CONTROL_REQUEST',
    ],
    [
      'a body that is nested without end',
      'POST',
      '/guests/web/announce',
      `{"nics":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      400,
      'HERALD_CONTROL_REQUEST',
    ],
    [
      'a body that is nested one level too deep',
      'POST',
      '/guests/web/announce',
      `${'['.repeat(9)}${']'.repeat(9)}`,
      400,
      'HERALD_CONTROL_REQUEST',
    ],
  ])('refuses %s', async (_, method, url, body, status, code) => {
    expect(await raw(method, url, body)).toEqual({ status, code });
    expect(await new ControlClient(path).guests()).toHaveLength(3);
  });

  it('tells what it is made of, and its last reports', async () => {
    const client = new ControlClient(path);
    expect(await client.describe()).toEqual({ host: 'A', plugins: [] });
    expect(await client.reports()).toEqual([{ outcome: 'announced' }]);
    await expect(client.stats()).rejects.toMatchObject({ code: 'HERALD_HOST_NOT_READY' });
  });

  it.each([
    ['say nothing', ''],
    ['begin a request', 'GET /guests HTTP/1.1\r\nhost: x\r\n'],
    ['begin a body', 'POST /guests/web/announce HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{'],
  ])('is not held for long by askers that %s', async (_, text) => {
    await server?.close();
    server = await ControlServer.listen(path, host, { clock, requestMs: 200 });
    const slow = Array.from({ length: 32 }, () => {
      const socket = connect(path);
      socket.on('error', () => {});
      socket.write(text);
      return socket;
    });
    const client = new ControlClient(path);
    await Promise.all(slow.map((socket) => once(socket, 'connect')));
    await expect(client.guests()).rejects.toMatchObject({ code: 'HERALD_CONTROL_FAILED' });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await client.guests()).toHaveLength(3);
    for (const socket of slow) socket.destroy();
  });

  it('lists its guests', async () => {
    expect((await new ControlClient(path).guests())[0]).toEqual({
      host: 'A',
      identity: web.identity,
      instance: '/run/a.qmp#1',
      hypervisor: { name: 'QEMU', version: '7.2.22' },
    });
  });

  it.each(['web', '/run/a.qmp#1'])('finds a guest by %s', async (ref) => {
    expect(await new ControlClient(path).inspect(ref)).toMatchObject({ guest: web.identity });
  });

  it('announces with what was asked for, and nothing else', async () => {
    await new ControlClient(path).announce('web', { nics: ['nic0'], timing: { rounds: 2 } });
    expect(requests).toMatchObject([{ nics: ['nic0'], timing: { rounds: 2 } }]);
    expect(Object.keys(requests[0]?.timing ?? {})).toEqual(['rounds']);
  });

  it('records what was asked for, and nothing else', async () => {
    const words = [{ bar: 0, offset: 0x5400, count: 32 }];
    expect(await new ControlClient(path).record('web', { nic: 'nic0', words })).toEqual({ format: 1 });
    await new ControlClient(path).record('web', {});
    expect(recorded).toEqual([
      { nic: 'nic0', words, signal: expect.any(AbortSignal) as unknown },
      { signal: expect.any(AbortSignal) as unknown },
    ]);
  });

  it('passes its errors on with their code', async () => {
    const failed = new ControlClient(path).inspect('nobody');
    await expect(failed).rejects.toMatchObject({
      code: 'HERALD_GUEST_UNKNOWN',
      message: "no guest 'nobody' is here; here are web, twice, twice",
    });
  });

  it('ends an announcement whose asker went away', async () => {
    const socket = connect(path);
    const body = '{"nics":["slow"]}';
    socket.write(
      `POST /guests/web/announce HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => requests.length).toBe(1);
    socket.destroy();
    await expect.poll(() => requests[0]?.signal?.aborted).toBe(true);
  });
});

/** Leaves a socket that nobody listens at, as a killed agent does. */
const deadSocket = async (at: string): Promise<void> => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(`${at}.x`, resolve));
  await link(`${at}.x`, at);
  await new Promise((resolve) => other.close(resolve));
};
