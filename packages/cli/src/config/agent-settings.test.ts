import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { agentSettings } from './agent-settings.js';

const file = {
  host: 'from-file',
  monitors: { qemu: { sockets: ['run/*.qmp', '/abs/vm.qmp'] } },
  handoff: { directory: 'hand-off' },
  reports: { directory: '/reports' },
  log: { level: 'warn' as const },
};

describe('settings of an agent', () => {
  it('take paths of the file relative to the file', () => {
    expect(agentSettings({ qmp: [], config: '/etc/nic-herald/herald.yaml' }, file)).toMatchObject({
      host: 'from-file',
      reportDirectory: '/reports',
      logLevel: 'warn',
    });
  });

  it.each([
    [{ age: 7_200_000 }, { ageMs: 7_200_000, bytes: 1024 ** 3 }],
    [{ size: 20 * 1024 ** 2 }, { ageMs: 30 * 86_400_000, bytes: 20 * 1024 ** 2 }],
    [{}, { ageMs: 30 * 86_400_000, bytes: 1024 ** 3 }],
  ])('keep reports as %j says, and as ever in what it does not', (keep, reportKeep) => {
    expect(agentSettings({ qmp: [] }, { reports: { directory: '/r', keep } })).toMatchObject({ reportKeep });
  });

  it('have every rule of the file', () => {
    const rules = {
      ...{ mode: 'observe', allowNlb: true, maxStations: 1, maxAddresses: 2, trust: 'filter' },
      ...{ allow: { macs: ['52:54'] }, deny: { macs: ['02:bf'] }, pairing: { limit: 3 } },
      ...{ announce: { rounds: 4 }, guests: { web: {} }, learner: { maxAge: 5 } },
    } as const;
    expect(agentSettings({ qmp: [] }, rules as never).rules).toEqual(rules);
  });

  it('let every flag win over the file', () => {
    const flags = {
      host: 'B',
      qmp: ['/vm.qmp'],
      handoffDir: '/h',
      reportDir: '/r',
      logLevel: 'debug' as const,
    };
    expect(agentSettings(flags, file)).toMatchObject({
      host: 'B',
      reportDirectory: '/r',
      logLevel: 'debug',
    });
  });

  it.each([
    [
      '--observe goes before every mode of the file',
      { observe: true },
      {
        mode: 'observe',
        guests: { a: { mode: 'observe', maxStations: 2 }, b: { mode: 'observe' }, c: { mode: 'observe' } },
      },
    ],
    [
      'without it the file says who is observed',
      {},
      {
        mode: 'announce',
        guests: { a: { mode: 'announce', maxStations: 2 }, b: { mode: 'observe' }, c: {} },
      },
    ],
  ])('%s', (_, flags, rules) => {
    const guests = {
      a: { mode: 'announce' as const, maxStations: 2 },
      b: { mode: 'observe' as const },
      c: {},
    };
    const settings = agentSettings({ qmp: ['/vm.qmp'], ...flags }, { mode: 'announce', guests });
    expect(settings.rules).toMatchObject(rules);
    expect(settings.rules.guests).toEqual(rules.guests);
  });

  it('are observed by --observe alone', () => {
    const { rules } = agentSettings({ qmp: ['/vm.qmp'], observe: true }, {});
    expect(rules).toMatchObject({ mode: 'observe' });
    expect(rules.guests).toBeUndefined();
  });

  it('have the name of the machine, and nothing that nobody named', () => {
    const { rules, ...settings } = agentSettings({ qmp: ['/vm.qmp'] }, {});
    expect(settings).toEqual({
      host: hostname(),
      logLevel: 'info',
    });
    expect(Object.values(rules).every((rule) => rule === undefined)).toBe(true);
  });
});
