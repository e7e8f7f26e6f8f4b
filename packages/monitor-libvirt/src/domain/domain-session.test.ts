import { describe, expect, it } from 'vitest';
import { HeardMonitor } from '../../../qmp/test/heard-monitor.js';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { domainXml } from '../../test/described-domain.js';
import type { CommandConnection } from '../connection/command-connection.js';
import type { DomainProcesses } from './domain-processes.js';
import { DomainSession } from './domain-session.js';

const domain = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };

const bed = (xml: () => Promise<string> = async () => domainXml()) => {
  const clock = new TestClock();
  const told = new HeardMonitor();
  const notes: string[] = [];
  const commands = { pass: async () => '{"return":{}}', forget: () => void notes.push('forget') };
  const session = new DomainSession(domain, 'libvirt:web-1#1', {
    watch: {
      intake: told.intake,
      bus: told.bus,
      clock,
      settings: { enableMigrationEvents: false, migrationPollMs: 1000 },
    },
    libvirt: { state: async () => ({ state: 1, reason: 1 }), xml },
    version: async () => '7.2.22',
    commands: commands as unknown as CommandConnection,
    processes: { of: async () => undefined } as unknown as DomainProcesses,
    warnings: { warn: ({ code }) => void notes.push(code), well: () => void notes.push('well') },
  });
  return { clock, told, notes, session };
};

describe('DomainSession', () => {
  it('forgets, with its run, that its QEMU hung and what was told of it', async () => {
    const { told, notes, session, clock } = bed();
    await session.settled;
    session.end();
    expect(told.events).toEqual(['appeared', 'gone']);
    expect(notes).toEqual(['well', 'well', 'forget']);
    expect(clock.timers).toEqual([]);
  });

  it('settles at its first failure, and goes on trying', async () => {
    const answers = [Promise.reject(new TypeError('x')), Promise.resolve(domainXml())];
    const { told, notes, session, clock } = bed(() => answers.shift() ?? Promise.resolve(domainXml()));
    await session.settled;
    expect(told.events).toEqual([]);
    clock.advance(1000);
    await told.until('appeared');
    await new Promise(setImmediate);
    expect(notes).toEqual(['HERALD_MONITOR_FAULT', 'well']);
    session.close();
    expect(clock.timers).toEqual([]);
  });
});
