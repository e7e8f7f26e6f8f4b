import { expect, it } from 'vitest';
import { isReadOnly, libvirtMonitorSettings } from './libvirt-options.js';

it.each([
  [{}, undefined],
  [{ socket: '/run/libvirt/libvirt-sock' }, undefined],
  [{ socket: '/run/libvirt/libvirt-sock-ro' }, true],
  [{ socket: '/run/libvirt/libvirt-sock-ro', readOnly: false }, false],
  [{ readOnly: true }, true],
])('%j is read-only: %s', (options, expected) => {
  expect(isReadOnly(libvirtMonitorSettings(options))).toBe(expected);
});
