import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { sendDatagram, unixAddress } from './send-datagram.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

describe('an address of a unix socket', () => {
  it.each([
    ['nothing', ''],
    ['a relative path', 'run/notify'],
    ['another family', 'vsock:2:9999'],
    ['no name', '@'],
    ['a zero byte', '/run/a\0b'],
    ['108 bytes', `/${'a'.repeat(107)}`],
    ['108 bytes in 55 letters', `/${'ü'.repeat(53)}a`],
  ])('is not %s', (_, address) => {
    expect(() => unixAddress(address)).toThrow(expect.objectContaining({ code: 'HERALD_SOCKET_ADDRESS' }));
  });

  it.each([
    ['a path, with a zero byte at its end', '/a', [1, 0, 0x2f, 0x61, 0]],
    ['an abstract name, without', '@a', [1, 0, 0, 0x61]],
  ])('is %s', (_, address, bytes) => {
    expect([...unixAddress(address)]).toEqual(bytes);
  });

  it('may have 107 bytes', () => {
    expect(unixAddress(`/${'a'.repeat(106)}`)).toHaveLength(110);
  });
});

describe.skipIf(process.platform !== 'linux')('a datagram', () => {
  it('is not sent to nobody', () => {
    expect(() => sendDatagram('/nowhere/notify', Uint8Array.of(1))).toThrow(
      expect.objectContaining({ code: 'HERALD_SYSTEM_CALL', errnoName: 'ENOENT' }),
    );
    expect(() => sendDatagram('@nic-herald-nobody', Uint8Array.of(1))).toThrow(
      expect.objectContaining({ errnoName: 'ECONNREFUSED' }),
    );
  });

  it.each(['a socket with a path', 'an abstract socket'])('arrives at %s', async (kind) => {
    const directory = await mkdtemp(join(tmpdir(), 'nic-herald-datagram-'));
    const address =
      kind === 'an abstract socket' ? `@nic-herald-${process.pid}` : join(directory, 'notify.sock');
    const receiver = FileDescriptor.socket(AF_UNIX, SOCK_DGRAM, 0, 'receive');
    try {
      const bound = unixAddress(address);
      expect(libc().bind(receiver.number, bound, bound.length)).toBe(0);
      sendDatagram(address, new TextEncoder().encode('READY=1\nSTATUS=ü'));
      const got = new Uint8Array(99);
      const length = libc().recv(receiver.number, got, got.length, MSG_DONTWAIT);
      expect(new TextDecoder().decode(got.subarray(0, length))).toBe('READY=1\nSTATUS=ü');
    } finally {
      receiver.close();
      await rm(directory, { recursive: true });
    }
  });

  it('does not wait where the queue is full', () => {
    const receiver = FileDescriptor.socket(AF_UNIX, SOCK_DGRAM, 0, 'receive');
    const address = `@nic-herald-full-${process.pid}`;
    const bound = unixAddress(address);
    libc().bind(receiver.number, bound, bound.length);
    const fill = (): void => {
      for (let sent = 0; sent < 10_000; sent += 1) sendDatagram(address, Uint8Array.of(1));
    };
    expect(fill).toThrow(expect.objectContaining({ errnoName: 'EAGAIN' }));
    receiver.close();
  });
});
