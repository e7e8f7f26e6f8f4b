import { HeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { chooseSocket, readOnlyInstead } from './choose-socket.js';

const SOCKET = '/run/libvirt/virtqemud-sock';
const auth = new HeraldError('HERALD_LIBVIRT_AUTH', 'wants authentication');
const refused = (errno: string) => new HeraldError('HERALD_LIBVIRT_CONNECT', 'no', { details: { errno } });

describe('the socket', () => {
  it.each([
    [SOCKET, false, {}],
    [`${SOCKET}-ro`, false, { readOnlyWhy: 'the socket is read-only' }],
    [SOCKET, true, { readOnlyWhy: 'the option readOnly' }],
  ])('%s with readOnly: %s', (socket, readOnly, chosen) => {
    const { find, ...rest } = chooseSocket({ socket, readOnly });
    expect(rest).toEqual(chosen);
    expect(find()).toBe(socket);
  });

  it.each([auth, refused('EACCES'), refused('EPERM')])('is the read-only one after $code', (problem) => {
    const instead = readOnlyInstead(chooseSocket({ socket: SOCKET, readOnly: false }), problem);
    expect(instead?.readOnlyWhy).toBe(`this process may not use ${SOCKET}`);
    expect(instead?.find()).toBe(`${SOCKET}-ro`);
  });

  it('stays where the daemon is away, and where it is the read-only one already', () => {
    const chosen = chooseSocket({ socket: SOCKET, readOnly: false });
    for (const problem of [refused('ENOENT'), refused('ECONNREFUSED'), new Error('x')]) {
      expect(readOnlyInstead(chosen, problem)).toBeUndefined();
    }
    expect(readOnlyInstead(chooseSocket({ socket: SOCKET, readOnly: true }), auth)).toBeUndefined();
  });
});
