import { HeraldError } from '@nic-herald/core';
import { expect, it } from 'vitest';
import { isForbidden } from './libvirt-error.js';

it.each<[string, HeraldError['code'], object, boolean]>([
  ['no details', 'HERALD_LIBVIRT_CONNECT', {}, false],
  ['no socket', 'HERALD_LIBVIRT_CONNECT', { errno: 'ENOENT' }, false],
  ['nobody listens', 'HERALD_LIBVIRT_CONNECT', { errno: 'ECONNREFUSED' }, false],
  ['a number', 'HERALD_LIBVIRT_CONNECT', { errno: 13 }, false],
  ['the file’s mode', 'HERALD_LIBVIRT_CONNECT', { errno: 'EACCES' }, true],
  ['a security module', 'HERALD_LIBVIRT_CONNECT', { errno: 'EPERM' }, true],
  ['polkit', 'HERALD_LIBVIRT_AUTH', {}, true],
])('isForbidden: %s', (_, code, details, expected) => {
  expect(isForbidden(new HeraldError(code, 'x', { details: details as HeraldError['details'] }))).toBe(
    expected,
  );
});
