import { CLOCK, GUEST_INTAKE, GUEST_MONITOR, MIGRATION_EVENT_BUS } from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { HeardMonitor } from '../../qmp/test/heard-monitor.js';
import { TestClock } from '../../qmp/test/test-clock.js';
import { qemu } from './qemu.js';
import type { QemuOptions } from './qemu-options.js';

describe('qemu()', () => {
  it.each<[string, object]>([
    ['no sockets', {}],
    ['a relative path', { sockets: ['vm.qmp'] }],
    ['an unknown option', { sockets: [], polling: true }],
    ['a period of nothing', { sockets: [], migrationPollMs: 0 }],
    ['a line too short for QEMU', { sockets: [], maxLineBytes: 10 }],
    ['half a pause', { sockets: [], reconnectMs: { first: 1 } }],
    ['a third pause', { sockets: [], reconnectMs: { first: 1, longest: 2, middle: 1 } }],
    ['a pause of nothing', { sockets: [], reconnectMs: { first: 0, longest: 2 } }],
  ])('refuses %s', (_, options) => {
    expect(() => qemu(options as QemuOptions)).toThrow(
      expect.objectContaining({ code: 'HERALD_QEMU_OPTIONS' }),
    );
  });

  it('contributes one monitor, built by injection', () => {
    const scope = new Scope();
    scope.register(CLOCK, { value: new TestClock() });
    const { intake, bus } = new HeardMonitor();
    scope.register(GUEST_INTAKE, { value: intake }).register(MIGRATION_EVENT_BUS, { value: bus });
    qemu({ sockets: [] }).install({
      provide: (token, provider) => void scope.register(token, provider),
      contribute: (token, provider) => void scope.register(token, provider),
    });
    expect(scope.all(GUEST_MONITOR).map(({ name }) => name)).toEqual(['qemu']);
  });
});
