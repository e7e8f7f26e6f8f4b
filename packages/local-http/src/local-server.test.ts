import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalPurpose } from './local-purpose.js';
import { LocalServer } from './local-server.js';

const PURPOSE: LocalPurpose = {
  what: 'the page',
  rival: 'another process',
  option: 'page.listen',
  codes: { busy: 'HERALD_CONTROL_BUSY', path: 'HERALD_CONTROL_PATH', directory: 'HERALD_CONTROL_DIRECTORY' },
};
const PATIENCE_MS = 300;
const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

const hello: RequestListener = (_, response) => response.end('hello');

let server: LocalServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const connected = async (listener: RequestListener = hello): Promise<Socket> => {
  const limits = { connections: 4, requestMs: PATIENCE_MS, idleMs: PATIENCE_MS };
  server = await LocalServer.listen({ address: '127.0.0.1', port: 0 }, PURPOSE, limits, listener);
  const port = 'port' in server.place ? server.place.port : expect.unreachable();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  while ((await server.connections()) === 0) await new Promise(setImmediate);
  return socket;
};

/** All that comes until the other side ends it; rejects where it is reset. */
const answerOf = async (socket: Socket): Promise<string> => {
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
};

/** The process does nothing else, as one that was stopped, or that has no processor. */
const standStill = (forMs: number): void => {
  const until = performance.now() + forMs;
  while (performance.now() < until);
};

describe('a client of a process that stood still for longer than its patience', () => {
  it('is answered where its request came in the meantime', async () => {
    const socket = await connected();
    socket.write(REQUEST);
    standStill(4 * PATIENCE_MS);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200 .*hello/s);
  });

  it('is answered where the rest of its request did', async () => {
    const socket = await connected();
    socket.write(REQUEST.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS / 3));
    socket.write(REQUEST.slice(20));
    standStill(4 * PATIENCE_MS);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200 .*hello/s);
  });

  it('is sent away where it has nothing to say', async () => {
    const socket = await connected();
    standStill(4 * PATIENCE_MS);
    await answerOf(socket).catch(() => undefined);
    expect(socket.closed).toBe(true);
  });
});
