import { describe, expect, it } from 'vitest';
import { controlPath } from './control-path.js';
import { claimControlSocket } from './control-purpose.js';

describe('the default control socket', () => {
  it.each([
    ['root', 'A', 0, {}, '/run/nic-herald/A.sock'],
    ['two agents of one machine do not meet', 'B', 0, {}, '/run/nic-herald/B.sock'],
    ['a user', 'A', 7, { XDG_RUNTIME_DIR: '/run/user/7' }, '/run/user/7/nic-herald/A.sock'],
    [
      'a service with a user of its own',
      'A',
      7,
      { RUNTIME_DIRECTORY: '/run/nic-herald:/run/b', XDG_RUNTIME_DIR: '/run/user/7' },
      '/run/nic-herald/A.sock',
    ],
    ['no service', 'A', 7, { RUNTIME_DIRECTORY: 'x', XDG_RUNTIME_DIR: '/r' }, '/r/nic-herald/A.sock'],
    ['a host name that is a path', '../../etc/x', 0, {}, '/run/nic-herald/_._.._etc_x.sock'],
  ])('%s', (_, host, uid, env, path) => {
    expect(controlPath(host, { uid, env })).toBe(path);
  });

  it('is refused where a unix socket has no room for its path', async () => {
    const claiming = claimControlSocket(`/${'ü'.repeat(60)}`);
    await expect(claiming).rejects.toMatchObject({ code: 'HERALD_CONTROL_PATH' });
  });
});
