import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCredentials, peerOf } from './socket-peer.js';

describe('parseCredentials', () => {
  it.each<[string, number[], unknown]>([
    ['a process', [1, 2, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0], { pid: 513, uid: 7 }],
    ['a user that has no number here', [1, 0, 0, 0, 254, 255, 0, 0, 254, 255, 0, 0], { pid: 1, uid: 65_534 }],
    ['a process of another PID namespace', [0, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0], undefined],
    ['a socket that is not connected', [0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255], undefined],
  ])('reads %s', (_what, bytes, peer) => {
    expect(parseCredentials(Uint8Array.from([99, ...bytes]).subarray(1))).toEqual(peer);
  });
});

describe.skipIf(process.platform !== 'linux')('peerOf', () => {
  it('finds the process that listens', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nh-peer-'));
    const server = createServer((client) => client.end());
    await new Promise<void>((resolve) => server.listen(join(directory, 'a'), resolve));
    const socket = connect(join(directory, 'a'));
    await new Promise((resolve) => socket.once('connect', resolve));
    const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
    expect(peerOf(fd)).toEqual({ pid: process.pid, uid: process.getuid?.() });
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  it('refuses what is no socket', () => {
    expect(() => peerOf(-1)).toThrow(expect.objectContaining({ code: 'HERALD_SYSTEM_CALL' }));
  });
});
