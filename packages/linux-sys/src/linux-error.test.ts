import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nameOfErrno, SystemCallError } from './linux-error.js';

describe('SystemCallError', () => {
  it('says the call, the error and what it was for', () => {
    const error = new SystemCallError('bind', 19, 'packet socket to tap0');
    expect(error).toMatchObject({ code: 'HERALD_SYSTEM_CALL', call: 'bind', errno: 19, errnoName: 'ENODEV' });
    expect(error.message).toBe('bind failed with ENODEV: packet socket to tap0');
  });

  it("adds the kernel's own words", () => {
    expect(new SystemCallError('rtnetlink', 22, 'set tap0 up', 'Device is busy').message).toBe(
      'rtnetlink failed with EINVAL: set tap0 up (Device is busy)',
    );
  });

  it.each([
    [constants.errno.EAGAIN, 'EAGAIN'],
    [constants.errno.EPERM, 'EPERM'],
    [4711, 'errno 4711'],
  ])('names %i', (errno, name) => {
    expect(nameOfErrno(errno)).toBe(name);
  });
});
