import { describe, expect, test } from 'vitest';
import { findLocalSocket } from './local-sockets.js';

const saying = (part: string): unknown => expect.stringContaining(part);
const search = (there: readonly string[], readOnly = false): string =>
  findLocalSocket({ readOnly, exists: (path) => there.includes(path) });

describe('findLocalSocket', () => {
  test('names all that it looked for where none is there', () => {
    expect(() => search([])).toThrow(
      expect.objectContaining({
        code: 'HERALD_LIBVIRT_NO_SOCKET',
        message: saying(
          '/run/libvirt/virtqemud-sock, /run/libvirt/libvirt-sock, /var/run/libvirt/virtqemud-sock, ' +
            '/var/run/libvirt/libvirt-sock',
        ),
      }),
    );
    expect(() => search(['/run/libvirt/libvirt-sock'], true)).toThrow('/run/libvirt/virtqemud-sock-ro');
  });

  test.each<[string, string[], boolean, string]>([
    [
      'prefers the daemon that is for QEMU alone',
      ['/run/libvirt/libvirt-sock', '/run/libvirt/virtqemud-sock'],
      false,
      '/run/libvirt/virtqemud-sock',
    ],
    ['takes the other', ['/run/libvirt/libvirt-sock'], false, '/run/libvirt/libvirt-sock'],
    ['looks in /var/run', ['/var/run/libvirt/libvirt-sock'], false, '/var/run/libvirt/libvirt-sock'],
    [
      'takes a read-only one where that is wanted',
      ['/run/libvirt/libvirt-sock', '/run/libvirt/libvirt-sock-ro'],
      true,
      '/run/libvirt/libvirt-sock-ro',
    ],
  ])('%s', (_name, there, readOnly, path) => {
    expect(search(there, readOnly)).toBe(path);
  });
});
