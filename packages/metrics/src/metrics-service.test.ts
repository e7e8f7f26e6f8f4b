import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeraldHost, HostHealth } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import type { LocalServer } from '@nic-herald/local-http';
import { FakeClock } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsSubject } from './metrics-routes.js';
import { serveMetrics } from './metrics-server.js';
import { MetricsService } from './metrics-service.js';

const LOOPBACK = { address: '127.0.0.1', port: 0 };

let health: HostHealth;
let rendered: () => Promise<string>;
let folder: string;
let server: LocalServer | undefined;

const subject: MetricsSubject = {
  host: { health: () => Promise.resolve(health) },
  book: {
    render: (format) => rendered().then((text) => `${format} ${text}`),
    contentType: (format) => `x/${format}`,
  },
};

beforeEach(async () => {
  health = { state: 'running', monitors: [], handoffStores: [], sinks: [] };
  rendered = () => Promise.resolve('numbers');
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-metrics-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

const listen = async (patienceMs?: number): Promise<number> => {
  server = await serveMetrics(LOOPBACK, subject, patienceMs);
  return 'port' in server.place ? server.place.port : expect.unreachable();
};

const ask = async (path: string, init: RequestInit = {}) => {
  const port = server !== undefined && 'port' in server.place ? server.place.port : await listen();
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

describe('what is asked over HTTP', () => {
  it.each<[string, string, RequestInit, number]>([
    ['what there is not', '/', {}, 404],
    ['a name of JavaScript', '/constructor', {}, 404],
    ['a way out', '/metrics/../../etc/passwd', {}, 404],
    ['another method', '/metrics', { method: 'DELETE' }, 405],
    ['a body', '/readyz', { method: 'POST', body: 'x'.repeat(1000) }, 405],
    ['a header without end', '/metrics', { headers: { cookie: 'x'.repeat(10_000) } }, 431],
  ])('is refused where it is %s', async (_, path, init, status) => {
    const answer = await ask(path, init);
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('is an error where the numbers cannot be had, and the next is answered', async () => {
    rendered = () => Promise.reject(new Error('no numbers'));
    expect(await ask('/metrics')).toMatchObject({ status: 500, body: 'no numbers\n' });
    rendered = () => Promise.resolve('numbers');
    expect((await ask('/metrics')).status).toBe(200);
  });

  it.each<[string, string]>([
    ['text/plain', 'prometheus'],
    ['application/openmetrics-text', 'openMetrics'],
  ])('is %s by what is accepted', async (accept, format) => {
    const { status, headers, body } = await ask('/metrics?name[]=all', { headers: { accept } });
    expect([status, headers.get('content-type'), body]).toEqual([200, `x/${format}`, `${format} numbers`]);
  });

  it('has no body where only the head is asked for, and says how long it would be', async () => {
    const { status, headers, body } = await ask('/metrics', { method: 'HEAD' });
    expect([status, headers.get('content-length'), body]).toEqual([
      200,
      String('prometheus numbers'.length),
      '',
    ]);
  });

  it('is whether the host can do its work', async () => {
    expect(await ask('/readyz')).toMatchObject({ status: 200 });
    health = {
      ...health,
      sinks: [{ name: 'linux-tap', ready: false, code: 'HERALD_SINK_LOST', message: 'of web-1' }],
    };
    const { status, headers, body } = await ask('/readyz');
    expect([status, headers.get('content-type')]).toEqual([503, 'application/json']);
    expect(JSON.parse(body)).toEqual({
      ready: false,
      state: 'running',
      problems: [{ part: 'sink', name: 'linux-tap', code: 'HERALD_SINK_LOST' }],
    });
    expect((await ask('/healthz')).status).toBe(200); // it lives all the same
  });
});

describe('a client', () => {
  it.each<[string, string]>([
    ['says nothing', ''],
    ['does not come to an end', 'GET /metrics HTTP/1.1\r\nhost: x\r\n'],
    ['speaks another protocol', '\u0016\u0003\u0001'],
  ])('that %s is sent away', async (_, sent) => {
    const port = await listen(200);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'connect');
    socket.write(sent);
    await once(socket, 'close');
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('that does not read its answer is sent away', async () => {
    const port = await listen(300);
    rendered = () => Promise.resolve('x'.repeat(32 * 1024 * 1024)); // more than the kernel keeps
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    const gone = new Promise<boolean>((resolve) => {
      const look = setInterval(() => {
        // the server's side: nobody is connected any more
        void ask('/healthz').then(() => countOf(server).then((open) => open === 0 && done()));
      }, 100);
      const done = (): void => {
        clearInterval(look);
        resolve(true);
      };
    });
    expect(await gone).toBe(true);
    socket.destroy();
  });

  it('comes in vain where there are as many as may be, and the others are served on', async () => {
    const port = await listen();
    const held = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    await expect.poll(() => countOf(server)).toBe(32);
    const late = connect(port, '127.0.0.1');
    late.on('error', () => undefined);
    late.resume();
    await once(late, 'close');
    held[0]?.destroy();
    await expect.poll(() => countOf(server)).toBe(31);
    expect((await ask('/healthz')).status).toBe(200);
    for (const socket of held) socket.destroy();
  });
});

/** How many connections a server has. */
const countOf = (of: LocalServer | undefined): Promise<number> => of?.connections() ?? Promise.resolve(-1);

describe('the service', () => {
  const host = {
    bus: new IsolatingEventBus(),
    health: () => Promise.resolve(health),
    stats: () => ({}),
  } as unknown as HeraldHost;

  it('does not start where somebody is already, and leaves nothing behind', async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    const address = rival.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = join(folder, 'm.sock');
    const places = [
      { socket, mode: 0o600 },
      { address: '127.0.0.1', port },
    ];
    const service = new MetricsService(places, host, new FakeClock());
    await expect(service.start()).rejects.toMatchObject({
      code: 'HERALD_METRICS_BUSY',
      message: `another process answers at 127.0.0.1:${port}: stop it, or give this one another metrics.listen or metrics.socket`,
    });
    await service.close();
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
    rival.close();
  });

  it('does not start at an address that is not of this host', async () => {
    const service = new MetricsService([{ address: '192.0.2.1', port: 9199 }], host, new FakeClock());
    await expect(service.start()).rejects.toMatchObject({
      code: 'HERALD_METRICS_PLACE',
      message: expect.stringContaining('192.0.2.1:9199 (EADDRNOTAVAIL)') as string,
    });
    await service.close();
  });

  it('answers at a socket of the mode it was given, after one that died', async () => {
    const path = join(folder, 'm.sock');
    const before = new MetricsService([{ socket: path, mode: 0o600 }], host, new FakeClock());
    await before.start();
    const service = new MetricsService([{ socket: path, mode: 0o660 }], host, new FakeClock());
    await expect(service.start()).rejects.toMatchObject({ code: 'HERALD_METRICS_BUSY' });
    await before.close();
    await service.start();
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    const status = await new Promise((resolve, reject) => {
      const asked = request({ socketPath: path, path: '/healthz' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(200);
    await service.close();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
