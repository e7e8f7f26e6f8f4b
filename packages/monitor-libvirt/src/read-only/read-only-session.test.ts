import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import type { QemuProcess } from '@nic-herald/qmp';
import { describe, expect, it } from 'vitest';
import { HeardMonitor } from '../../../qmp/test/heard-monitor.js';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { domainXml } from '../../test/described-domain.js';
import type { DomainProcesses } from '../domain/domain-processes.js';
import { ReadOnlySession } from './read-only-session.js';

const domain = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const incarnation = { bootId: 'b', pid: 7, startTicks: 9 };
const { signal } = new AbortController();
const rest = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const bed = (process: Promise<QemuProcess | undefined>, state = { state: 3, reason: 2 }) => {
  const clock = new TestClock();
  const told = new HeardMonitor();
  const session = new ReadOnlySession(domain, 'libvirt:web-1#1', {
    intake: told.intake,
    clock,
    libvirt: { state: async () => state, xml: async () => domainXml() },
    version: async () => '7.2.22',
    processes: { of: () => process } as unknown as DomainProcesses,
    warnings: { warn: () => expect.unreachable('there is no trouble'), well: () => undefined },
  });
  return { clock, told, session };
};

describe('ReadOnlySession', () => {
  it('does not introduce what is shut off', async () => {
    const { told, session } = bed(Promise.resolve(undefined), { state: 5, reason: 1 });
    await session.settled;
    session.end();
    expect(told.events).toEqual([]);
  });

  it('introduces a guest that comes in before its process is found, and tells when it is', async () => {
    let find = (_found: QemuProcess): void => undefined;
    const { told, session, clock } = bed(
      new Promise((resolve) => {
        find = resolve;
      }),
    );
    await rest();
    clock.advance(20);
    await session.settled;
    const { guest, phase } = await told.until('appeared');
    expect(phase).toBe('incoming');
    expect((await guest.nics({ signal }))[0]?.backend).not.toHaveProperty('holder');
    find({ incarnation, isQemu: true });
    await told.until('changed');
    expect((await guest.nics({ signal }))[0]?.backend).toMatchObject({ holder: incarnation });
    session.end();
    expect(told.events).toEqual(['appeared', 'changed', 'gone']);
    expect(clock.timers).toEqual([]);
  });

  it('passes on what it heard before, with the time at which that was read', async () => {
    const { told, session } = bed(Promise.resolve(undefined));
    for (let many = 0; many < 500; many += 1)
      session.hear({ domain, event: LIFECYCLE.DEFINED, detail: 0 }, 1);
    session.hear({ domain, event: LIFECYCLE.RESUMED, detail: LIFECYCLE_DETAIL.RESUMED_MIGRATED }, 42);
    await session.settled;
    expect(await told.until('resumed')).toMatchObject({ resumedAt: 42, readAt: 42 });
    session.close();
    expect(told.events).toEqual(['appeared', 'resumed']);
  });
});
