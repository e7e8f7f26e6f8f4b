import { chmod, rename, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { FakeQemu } from '../../qmp/test/fake-qemu.js';
import { MonitorBed, stands } from '../test/monitor-bed.js';

const LEFT = stands('postmigrate', { status: 'completed', 'total-time': 9 });
const COMING = stands('inmigrate', {});
const named =
  (name: string) =>
  (qemu: FakeQemu): void => {
    qemu.replies['query-name'] = () => ({ return: { name } });
  };

describe('QemuMonitor, where another socket takes the place of one', () => {
  it('watches the new QEMU beside the old one, which is not tried again', () =>
    MonitorBed.with(async (bed) => {
      const old = await bed.listen('a.qmp', LEFT);
      await bed.watch();
      const coming = await bed.listen('new', COMING);
      await rename(bed.path('new'), bed.path('a.qmp'));
      await bed.pass(2000);
      const phases = bed.told.heard.map(({ fact }) => 'phase' in fact && fact.phase);
      expect(phases).toEqual(['migrated-away', 'incoming']);
      coming.event('RESUME');
      await bed.told.until('resumed');
      const connections = old.connections;
      old.disconnect();
      await bed.told.until('gone');
      await bed.pass(10_000);
      expect([old.connections, coming.connections]).toEqual([connections, 1]);
      expect(bed.told.events).not.toContain('warning');
    }));

  it('keeps its connection when rights change', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp');
      await bed.watch();
      await chmod(qemu.path, 0o600);
      await bed.pass(10_000);
      expect(qemu.connections).toBe(1);
      expect(bed.told.events).toEqual(['appeared']);
    }));

  it('does not take the new one for the old one as it tries again', () =>
    MonitorBed.with(async (bed) => {
      const old = await bed.listen('a.qmp');
      await bed.watch();
      const coming = await bed.listen('new', COMING);
      old.disconnect();
      await bed.told.until('gone');
      await rename(bed.path('new'), bed.path('a.qmp'));
      await bed.pass(100); // the old socket's session tries again before anybody has looked
      await bed.pass(2000);
      await bed.told.until('appeared', 2);
      await bed.pass(10_000);
      expect(bed.told.events).toEqual(['appeared', 'gone', 'appeared']);
      expect(coming.clients.length).toBe(1);
    }));
});

describe('QemuMonitor, where two sockets lead to one guest', () => {
  it('watches it once, says so, and takes the other one when the first ends', () =>
    MonitorBed.with(async (bed) => {
      const first = await bed.listen('a.qmp');
      await bed.watch();
      const second = await bed.listen('b.qmp');
      await bed.pass(2000);
      const { warning } = await bed.told.until('warning');
      expect(warning).toMatchObject({
        code: 'HERALD_QMP_TWICE',
        details: { socket: second.path, watched: first.path, pid: process.pid },
      });
      await bed.pass(10_000);
      expect([first.clients.length, second.clients.length]).toEqual([1, 0]);
      await first.close();
      await bed.told.until('appeared', 2);
      expect(bed.told.events).toEqual(['appeared', 'warning', 'gone', 'appeared']);
      expect(second.clients.length).toBe(1);
    }));

  it('watches it once where both are there from the start', () =>
    MonitorBed.with(async (bed) => {
      await bed.listen('a.qmp');
      await bed.listen('b.qmp');
      await bed.watch();
      expect(bed.told.events.toSorted()).toEqual(['appeared', 'warning']);
    }));

  it('connects once to a socket that has two paths, and says so once', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp');
      await symlink(qemu.path, bed.path('b.qmp'));
      await bed.watch();
      await bed.pass(10_000);
      expect(qemu.connections).toBe(1);
      expect(bed.told.events.toSorted()).toEqual(['appeared', 'warning']);
      expect((await bed.told.until('warning')).warning).toMatchObject({ code: 'HERALD_QMP_TWICE' });
    }));

  it.each<[string, (qemu: FakeQemu) => void]>([
    ['two guests', named('web-2')],
    ['both ends of a migration', COMING],
  ])('keeps %s apart that one process serves', (_, setUp) =>
    MonitorBed.with(async (bed) => {
      await bed.listen('a.qmp');
      await bed.listen('b.qmp', setUp);
      await bed.watch();
      expect(bed.told.events).toEqual(['appeared', 'appeared']);
    }),
  );
});

describe('QemuMonitor, of the process behind a socket', () => {
  it('names it also where it is no QEMU, but not when it started, and of the origin what QEMU tells', () =>
    MonitorBed.with(async (bed) => {
      await bed.listen('a.qmp', named('booted'));
      await bed.listen('b.qmp', COMING);
      await bed.listen('c.qmp', (qemu) => {
        named('cancelled')(qemu);
        stands('running', { status: 'cancelled' })(qemu);
      });
      await bed.watch();
      const guests = bed.told.heard.flatMap(({ fact }) => ('phase' in fact ? [fact.guest] : []));
      const seen = guests.map(({ identity, startedAt, origin }) => [identity.name, startedAt, origin]);
      expect(new Set(seen)).toEqual(
        new Set([
          ['booted', undefined, 'boot'],
          ['web-1', undefined, 'incoming'],
          ['cancelled', undefined, undefined],
        ]),
      );
      expect(new Set(guests.map(({ process: of }) => of?.pid))).toEqual(new Set([process.pid]));
    }));
});

describe('QemuMonitor, in trouble of its own', () => {
  it('says so when the host cannot take a guest, and tries again', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp');
      bed.told.hears = () => {
        bed.told.hears = () => undefined;
        throw new TypeError('no room');
      };
      await bed.watch();
      const { warning } = await bed.told.until('warning');
      expect(warning).toMatchObject({ code: 'HERALD_MONITOR_FAULT', details: { socket: qemu.path } });
      await bed.pass(100);
      await bed.told.until('appeared');
    }));

  it('tells of one kind once in ten minutes, though other work goes well', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', (fake) => {
        fake.replies['query-migrate-capabilities'] = () => ({ return: [] });
      });
      await bed.watch({ commandTimeoutMs: 3_600_000 });
      qemu.replies['human-monitor-command'] = () => ({ return: 7 });
      await bed.pass(40_000); // the NICs are listed twice
      await bed.told.until('warning');
      expect(bed.told.events).toEqual(['appeared', 'warning']);
      bed.clock.advance(560_000);
      await bed.pass(40_000);
      await bed.told.until('warning', 2);
      expect(bed.told.events).toEqual(['appeared', 'warning', 'warning']);
    }));
});
