import { CLOCK, GUEST_INTAKE, GUEST_MONITOR, MIGRATION_EVENT_BUS } from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { HeardMonitor } from '../../qmp/test/heard-monitor.js';
import { TestClock } from '../../qmp/test/test-clock.js';
import { type LibvirtMonitorOptions, libvirtMonitorSettings } from './libvirt-options.js';
import { libvirtMonitor } from './libvirt-plugin.js';

describe('libvirtMonitor()', () => {
  it.each<[string, object]>([
    ['a relative path', { socket: 'libvirt-sock' }],
    ['a path that is too long', { socket: `/${'x'.repeat(107)}` }],
    ['a path that is no text', { socket: 7 }],
    ['neither yes nor no', { readOnly: 'yes' }],
    ['no time', { commandTimeoutMs: 0 }],
    ['half a time', { commandTimeoutMs: 1.5 }],
    ['a time without end', { commandTimeoutMs: Number.POSITIVE_INFINITY }],
    ['an unknown option', { uri: 'qemu:///system' }],
  ])('refuses %s', (_, options) => {
    expect(() => libvirtMonitor(options as LibvirtMonitorOptions)).toThrow(
      expect.objectContaining({ code: 'HERALD_LIBVIRT_OPTIONS' }),
    );
  });

  it.each<[string, LibvirtMonitorOptions, object]>([
    ['nothing', {}, { commandTimeoutMs: 3000 }],
    ['a socket', { socket: '/run/x' }, { socket: '/run/x', commandTimeoutMs: 3000 }],
    ['what is undefined', { socket: undefined, readOnly: undefined }, { commandTimeoutMs: 3000 }],
    [
      'all',
      { socket: '/run/x', readOnly: false, commandTimeoutMs: 1 },
      { socket: '/run/x', readOnly: false, commandTimeoutMs: 1 },
    ],
  ])('takes %s', (_, options, settings) => {
    expect(libvirtMonitorSettings(options)).toEqual(settings);
  });

  it('contributes one monitor, built by injection', () => {
    const scope = new Scope();
    scope.register(CLOCK, { value: new TestClock() });
    const { intake, bus } = new HeardMonitor();
    scope.register(GUEST_INTAKE, { value: intake }).register(MIGRATION_EVENT_BUS, { value: bus });
    libvirtMonitor().install({
      provide: (token, provider) => void scope.register(token, provider),
      contribute: (token, provider) => void scope.register(token, provider),
    });
    expect(scope.all(GUEST_MONITOR).map(({ name }) => name)).toEqual(['libvirt']);
  });
});
