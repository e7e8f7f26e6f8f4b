import { constants } from 'node:os';
import { SystemCallError } from '@nic-herald/linux-sys';
import { expect, it } from 'vitest';
import { cannotBeAsked } from './cannot-be-asked.js';

const { EBADF, ENOSYS, EPERM, ESRCH } = constants.errno;
const failed = (errno: number) => new SystemCallError('pidfd_getfd', errno, 'find the tap');

it.each<[string, unknown, boolean]>([
  ['was closed meanwhile', failed(EBADF), false],
  ['is of a process that has ended', failed(ESRCH), false],
  ['failed in a way of its own', new Error('no'), false],
  ['failed with nothing', undefined, false],
  ['is too old a kernel', failed(ENOSYS), true],
  ['may not be looked into', failed(EPERM), true],
  ['cannot be reached at all', { code: 'HERALD_NATIVE_UNAVAILABLE' }, true],
])('a descriptor that %s: is another proof good enough', (_, error, is) => {
  expect(cannotBeAsked(error)).toBe(is);
});
