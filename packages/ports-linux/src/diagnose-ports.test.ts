import { expect, it } from 'vitest';
import { diagnosePorts, type PortsProbe } from './diagnose-ports.js';

const probe: PortsProbe = { held: new Set(['CAP_SYS_PTRACE']), uid: 0, namespace: 'net:[4026531840]' };

it.each<[string, Partial<PortsProbe>, readonly string[], string]>([
  ['netlink refuses', { refused: 'EPERM' }, ['problem', 'ok'], 'EPERM'],
  ['another user may not be looked into', { held: new Set(), uid: 64_055 }, ['ok', 'note'], 'user 64055'],
  [
    "Open vSwitch's database is closed",
    { openVswitch: 'closed', uid: 990 },
    ['ok', 'ok', 'note'],
    'user 990 may not ask',
  ],
  ["Open vSwitch's database is open", { openVswitch: 'open' }, ['ok', 'ok', 'ok'], '/run/db.sock tells'],
  ['all is well', {}, ['ok', 'ok'], 'net:[4026531840]'],
])('%s', (_, over, levels, word) => {
  const findings = diagnosePorts('/run/db.sock', { ...probe, ...over });
  expect(findings.map(({ level }) => level)).toEqual(levels);
  expect(JSON.stringify(findings)).toContain(word);
});

it('finds out by itself, and never throws', () => {
  expect(diagnosePorts('/nowhere/db.sock')).toHaveLength(2);
});
