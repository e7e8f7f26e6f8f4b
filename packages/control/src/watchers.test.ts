import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANNOUNCEMENT_COMPANION, type Guest } from '@nic-herald/core';
import { IsolatingEventBus, type MigrationLine, tokenName } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlClient, type WatchRequest } from './control-client.js';
import type { ControlledHost } from './control-routes.js';
import { ControlServer } from './control-server.js';
import { ALIVE_EVERY_MS } from './watchers.js';

const guest = (name: string) => ({ identity: { name }, instance: `/run/${name}.qmp#1` }) as Guest;
const clock = new FakeClock();
let bus: IsolatingEventBus;
let implementation: string;
let listeners: number;
let path: string;
let server: ControlServer;
const sockets: Socket[] = [];

beforeEach(async () => {
  const inner = new IsolatingEventBus();
  listeners = 0;
  bus = inner;
  const counted = {
    emit: inner.emit.bind(inner),
    on: (...given: Parameters<IsolatingEventBus['on']>) => {
      listeners += 1;
      const stop = inner.on(...given);
      return () => {
        listeners -= 1;
        stop();
      };
    },
  };
  implementation = 'proof';
  const host = {
    name: 'B',
    bus: counted,
    guests: () => [],
    describe: () => ({
      host: 'B',
      plugins: [
        { plugin: 'x', registrations: [{ token: tokenName(ANNOUNCEMENT_COMPANION), implementation }] },
      ],
    }),
  } as unknown as ControlledHost;
  path = join(await mkdtemp(join(tmpdir(), 'nic-herald-watch-')), 'B.sock');
  server = await ControlServer.listen(path, host, { clock });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
  await rm(join(path, '..'), { recursive: true });
});

/** One who watches, once it was told so. */
const watch = async (request: WatchRequest = {}) => {
  const lines: MigrationLine[] = [];
  const ended = (async () => {
    for await (const line of new ControlClient(path).watch(request)) lines.push(line);
  })();
  ended.catch(() => undefined);
  await expect.poll(() => lines.length).toBe(1);
  return { lines, ended };
};
/** One who asks to watch and reads nothing. */
const stuckWatcher = async (): Promise<Socket> => {
  const socket = connect(path);
  sockets.push(socket);
  socket.pause();
  const before = listeners;
  socket.write('GET /watch HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'connect');
  if (before === 0) await expect.poll(() => listeners).toBeGreaterThan(0);
  return socket;
};
const namesOf = (lines: readonly MigrationLine[]): readonly unknown[] =>
  lines.map((line) => ('guest' in line ? `${line.fact} ${line.guest.name}` : line.fact));

describe('who watches an agent', () => {
  it.each([
    ['with proof', 'proof', true],
    ['without', 'multicast', false],
  ])('hears first who tells, %s', async (_, companion, proof) => {
    implementation = companion;
    const { lines } = await watch();
    expect(lines).toEqual([{ fact: 'watching', at: clock.now(), host: 'B', proof }]);
  });

  it('hears what happens, as long as it stays', async () => {
    const stop = new AbortController();
    const { lines, ended } = await watch({ signal: stop.signal });
    bus.emit('migration:incoming', { guest: guest('web') });
    bus.emit('migration:incoming', { guest: guest('db') });
    await expect.poll(() => namesOf(lines)).toEqual(['watching', 'incoming web', 'incoming db']);
    stop.abort();
    await ended;
    await expect.poll(() => listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it.each(['web', '/run/web.qmp#1', 'name:web'])('hears of %s alone, which need not be here', async (ref) => {
    const { lines } = await watch({ guest: ref });
    bus.emit('migration:incoming', { guest: guest('db') });
    bus.emit('migration:incoming', { guest: guest('web') });
    await expect.poll(() => namesOf(lines)).toEqual(['watching', 'incoming web']);
  });

  it('hears now and then that the agent is there', async () => {
    const { lines } = await watch();
    await clock.advance(3 * ALIVE_EVERY_MS);
    await expect.poll(() => namesOf(lines)).toEqual(['watching', 'alive', 'alive']);
  });

  it('leaves where it reads no further', async () => {
    for await (const line of new ControlClient(path).watch()) {
      expect(line.fact).toBe('watching');
      break;
    }
    await expect.poll(() => listeners).toBe(0);
  });

  it('may be gone without a word', async () => {
    const socket = await stuckWatcher();
    socket.destroy();
    await expect.poll(() => listeners).toBe(0);
  });

  it('is refused where too many watch; others are answered', async () => {
    const socketsBefore = await Promise.all(Array.from({ length: 8 }, stuckWatcher));
    const client = new ControlClient(path);
    const first = () => client.watch().next();
    await expect
      .poll(() => first().catch((error: unknown) => error))
      .toMatchObject({
        code: 'HERALD_WATCH_FULL',
        message: '8 watch the agent of B already, and no more may: end one of them',
      });
    expect(await client.guests()).toEqual([]);
    socketsBefore[0]?.destroy();
    await expect
      .poll(async () => (await first().catch(() => undefined))?.value)
      .toMatchObject({ fact: 'watching' });
  });

  it('keeps no one waiting where it reads nothing, and hears what it missed', async () => {
    const socket = await stuckWatcher();
    const { lines } = await watch();
    const status = 'x'.repeat(1000);
    const many = 20_000;
    for (let count = 0; count < many; count++) {
      bus.emit('migration:failed', { guest: guest('web'), side: 'source', status });
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    bus.emit('guest:gone', { guest: guest('web') });
    await expect.poll(() => lines.at(-1)?.fact, { timeout: 20_000 }).toBe('gone');
    let text = '';
    socket.on('data', (piece: Uint8Array) => {
      text += new TextDecoder().decode(piece);
    });
    socket.resume();
    await expect.poll(() => text.includes('"gone"'), { timeout: 20_000 }).toBe(true);
    const dropped = [...text.matchAll(/"fact":"dropped".*?"lines":(\d+)/g)].reduce(
      (sum, [, lines]) => sum + Number(lines),
      0,
    );
    const seen = text.match(/"fact":"failed"/g)?.length ?? 0;
    expect(dropped).toBeGreaterThan(0);
    expect(seen + dropped).toBe(many);
  }, 60_000);

  it('hears what was told before the agent closed, then that it ended', async () => {
    const { lines, ended } = await watch();
    bus.emit('guest:gone', { guest: guest('web') });
    await server.close();
    await expect(ended).rejects.toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
      message: `the agent at ${path} ended`,
    });
    expect(namesOf(lines)).toEqual(['watching', 'gone web']);
    expect(listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
