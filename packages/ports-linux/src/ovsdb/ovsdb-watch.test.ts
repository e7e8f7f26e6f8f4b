import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OvsdbWatch } from './ovsdb-watch.js';

const rows = {
  Bridge: { b: { new: { name: 'br0', ports: ['uuid', 'p0'] } } },
  Port: { p0: { new: { name: 'tap0', tag: 10, interfaces: ['uuid', 'i0'] } } },
  Interface: { i0: { new: { name: 'tap0' } } },
};

describe('OvsdbWatch', () => {
  let directory: string;
  let server: Server | undefined;
  let watch: OvsdbWatch;
  let elapsed = 0;
  const sockets: Socket[] = [];
  const clock = {
    elapsed: () => elapsed,
    setTimer: (ms: number, fire: () => void) => {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
  };
  /** A database that does this for each connection. */
  const serve = (serving: (socket: Socket) => void): Promise<void> =>
    new Promise((done) => {
      server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        serving(socket);
      }).listen(join(directory, 'db.sock'), done);
    });
  const telling = (socket: Socket, result: unknown = rows): void => {
    socket.write(JSON.stringify({ id: 'ports', result, error: null }));
  };
  beforeEach(() => {
    elapsed = 0;
    directory = mkdtempSync(join(tmpdir(), 'nic-herald-ovsdb-'));
    watch = new OvsdbWatch(join(directory, 'db.sock'), clock);
  });
  afterEach(() => {
    watch.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
    server = undefined;
    rmSync(directory, { recursive: true });
  });

  it.each<[string, ((socket: Socket) => void) | undefined]>([
    ['is not there', undefined],
    ['breaks off', (socket) => socket.destroy()],
    ['says nothing', () => {}],
    ['refuses', (socket) => socket.write('{"id":"ports","result":null,"error":"no"}')],
    ['speaks another language', (socket) => socket.write('HTTP/1.1 400 Bad Request')],
    ['speaks no JSON', (socket) => socket.write('{"id" 7}')],
  ])('knows of no interface where the database %s', async (_what, serving) => {
    if (serving !== undefined) await serve(serving);
    await watch.ready();
    expect(watch.placeOf('tap0')).toBeUndefined();
  });

  it('knows what it was told, and follows it', async () => {
    await serve(telling);
    await Promise.all([watch.ready(), watch.ready()]);
    expect(watch.placeOf('tap0')).toMatchObject({ bridge: 'br0', port: { tag: 10 } });
    expect(sockets).toHaveLength(1);
    const [socket] = sockets;
    const port = { ...rows.Port.p0.new, tag: 20 };
    socket?.write(
      JSON.stringify({ id: null, method: 'update', params: [null, { Port: { p0: { new: port } } }] }),
    );
    await vi.waitFor(() => expect(watch.placeOf('tap0')?.port.tag).toBe(20));
  });

  it('answers when it is asked whether it is there', async () => {
    const heard: string[] = [];
    await serve((socket) => {
      socket.on('data', (data) => heard.push(String(data)));
      socket.write('{"id":"echo","method":"echo","params":[7]}');
      telling(socket);
    });
    await watch.ready();
    await vi.waitFor(() => expect(heard.join('')).toContain('{"id":"echo","result":[7],"error":null}'));
  });

  it('forgets what it knew where the database goes, and asks again a second later', async () => {
    await serve(telling);
    await watch.ready();
    sockets[0]?.destroy();
    await vi.waitFor(() => expect(watch.placeOf('tap0')).toBeUndefined());
    await watch.ready();
    expect(watch.placeOf('tap0')).toBeUndefined();
    elapsed += 1000;
    await watch.ready();
    expect(watch.placeOf('tap0')?.bridge).toBe('br0');
  });
});
