import { expect, it } from 'vitest';
import { isShared, mountOf } from './mount-of.js';

const MOUNTINFO = `\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:41 / /shared rw,relatime shared:9 master:2 - nfs4 store:/export rw,vers=4.2
31 30 0:42 / /shared/deep rw - tmpfs tmpfs rw
32 22 0:43 / /with\\040blank rw - fuse.sshfs me@there:/ rw
33 22 0:44 / /twice rw - ext4 /dev/vdb rw
34 22 0:45 / /twice rw - nfs store:/b rw
cut off here
`;

it.each<[string, string, string, boolean]>([
  ['/var/lib', '/', 'ext4', false],
  ['/shared', '/shared', 'nfs4', true],
  ['/shared/nic-herald', '/shared', 'nfs4', true],
  ['/sharedness', '/', 'ext4', false],
  ['/shared/deep/er', '/shared/deep', 'tmpfs', false],
  ['/with blank/x', '/with blank', 'fuse.sshfs', true],
  ['/twice', '/twice', 'nfs', true],
])('%s lies on %s', (path, point, type, shared) => {
  const mount = mountOf(path, MOUNTINFO);
  expect(mount).toEqual({ point, type });
  expect(mount && isShared(mount)).toBe(shared);
});

it('nothing is known where the kernel tells nothing', () => {
  expect(mountOf('/x', '')).toBeUndefined();
});
