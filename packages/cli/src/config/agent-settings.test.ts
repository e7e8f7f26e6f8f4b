import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { agentSettings } from './agent-settings.js';

const file = {
  host: 'from-file',
  monitors: { qemu: { sockets: ['run/*.qmp', '/abs/vm.qmp'] } },
  handoff: { directory: 'hand-off' },
  reports: { directory: '/reports' },
  control: { socket: 'c.sock' },
  log: { level: 'warn' as const },
};

describe('settings of an agent', () => {
  it('need a socket', () => {
    expect(() => agentSettings({ qmp: [] }, {})).toThrow(expect.objectContaining({ code: 'HERALD_USAGE' }));
  });

  it('take paths of the file relative to the file', () => {
    expect(agentSettings({ qmp: [], config: '/etc/nic-herald/herald.yaml' }, file)).toMatchObject({
      host: 'from-file',
      sockets: ['/etc/nic-herald/run/*.qmp', '/abs/vm.qmp'],
      handoffDirectory: '/etc/nic-herald/hand-off',
      reportDirectory: '/reports',
      controlSocket: '/etc/nic-herald/c.sock',
      logLevel: 'warn',
    });
  });

  it('let every flag win over the file', () => {
    const flags = {
      host: 'B',
      qmp: ['/vm.qmp'],
      handoffDir: '/h',
      reportDir: '/r',
      control: '/c',
      logLevel: 'debug' as const,
    };
    expect(agentSettings(flags, file)).toMatchObject({
      host: 'B',
      sockets: ['/vm.qmp'],
      handoffDirectory: '/h',
      reportDirectory: '/r',
      controlSocket: '/c',
      logLevel: 'debug',
    });
  });

  it('have the name of the machine, and nothing that nobody named', () => {
    const { rules, ...settings } = agentSettings({ qmp: ['/vm.qmp'] }, {});
    expect(settings).toEqual({
      host: hostname(),
      sockets: ['/vm.qmp'],
      enableMigrationEvents: false,
      learner: {},
      logLevel: 'info',
    });
    expect(Object.values(rules).every((rule) => rule === undefined)).toBe(true);
  });
});
