import { mkdir, rename, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FakeQemu } from '../../qmp/test/fake-qemu.js';
import { MonitorBed } from '../test/monitor-bed.js';

const LIBVIRT = 'libvirt/qemu/domain-1-web/monitor.sock';

const listen = async (bed: MonitorBed, name: string, guest = 'web-1'): Promise<FakeQemu> => {
  await mkdir(dirname(bed.path(name)), { recursive: true });
  return bed.listen(name, (qemu) => {
    qemu.replies['query-name'] = () => ({ return: { name: guest } });
  });
};

describe("QemuMonitor, at libvirt's own monitor", () => {
  it.each([
    [LIBVIRT, 'libvirt/qemu/*/*.sock'],
    [LIBVIRT, LIBVIRT],
    ['libvirt/qemu/web.monitor', 'libvirt/qemu/*'],
    ['.config/libvirt/qemu/lib/web.monitor', '.config/libvirt/qemu/lib/web.monitor'],
    [
      'kubevirt-private/libvirt/qemu/lib/domain-1-default_web/monitor.sock',
      'kubevirt-private/libvirt/qemu/lib/*/*',
    ],
  ])('%s, named as %s, never connects, says so once, and starts', (socket, named) =>
    MonitorBed.with(async (bed) => {
      const qemu = await listen(bed, socket);
      await bed.watch({ sockets: [bed.path(named)] });
      await bed.pass(4000);
      bed.clock.advance(700_000); // other warnings are told again by now
      await bed.pass(4000);
      expect(qemu.connections).toBe(0);
      expect(bed.told.events).toEqual(['warning']);
      const { warning } = await bed.told.until('warning');
      expect(warning).toMatchObject({ code: 'HERALD_QMP_LIBVIRT', details: { socket: qemu.path } });
      expect(warning.message).toContain(qemu.path);
      expect(warning.message).toContain('monitors.libvirt');
    }),
  );

  it.each([
    ['the socket', LIBVIRT, 'a.qmp'],
    ['its directory', dirname(LIBVIRT), 'vm'],
  ])('does not connect through a symbolic link to %s', (_, target, link) =>
    MonitorBed.with(async (bed) => {
      const qemu = await listen(bed, LIBVIRT);
      await symlink(bed.path(target), bed.path(link));
      await bed.watch({ sockets: [bed.path('*.qmp'), bed.path('vm/*.sock')] });
      await bed.pass(10_000);
      expect(qemu.connections).toBe(0);
      expect(bed.told.events).toEqual(['warning']);
      expect((await bed.told.until('warning')).warning).toMatchObject({
        code: 'HERALD_QMP_LIBVIRT',
        details: { monitor: qemu.path },
      });
    }),
  );

  it('does not connect where a link that led elsewhere leads there by the time it tries again', () =>
    MonitorBed.with(async (bed) => {
      const libvirt = await listen(bed, LIBVIRT);
      const own = await listen(bed, 'own');
      await symlink(own.path, bed.path('a.qmp'));
      await bed.watch();
      await bed.told.until('appeared');
      await symlink(libvirt.path, bed.path('next'));
      await rename(bed.path('next'), bed.path('a.qmp'));
      own.disconnect();
      await bed.told.until('gone');
      await bed.pass(10_000);
      expect(libvirt.connections).toBe(0);
      expect(bed.told.events).toEqual(['appeared', 'gone', 'warning']);
    }));

  it('watches what an operator added beside it, and all others', () =>
    MonitorBed.with(async (bed) => {
      const libvirt = await listen(bed, LIBVIRT);
      await listen(bed, 'libvirt/qemu/domain-1-web/herald.sock');
      await listen(bed, 'libvirt/qemu/web.herald.qmp', 'web-2');
      await listen(bed, 'run/monitor.sock', 'web-3');
      await bed.watch({
        sockets: ['libvirt/qemu/*/*', 'libvirt/qemu/*', 'run/*'].map((each) => bed.path(each)),
      });
      await bed.pass(2000);
      expect(libvirt.connections).toBe(0);
      expect(bed.told.events.toSorted()).toEqual(['appeared', 'appeared', 'appeared', 'warning']);
    }));

  it('says so again where another takes its place after it was gone', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await listen(bed, LIBVIRT);
      await bed.watch({ sockets: [bed.path('libvirt/qemu/*/*')] });
      await qemu.close();
      await unlink(qemu.path).catch(() => {});
      await bed.pass(2000);
      await listen(bed, LIBVIRT);
      await bed.pass(2000);
      expect(bed.told.events).toEqual(['warning', 'warning']);
    }));
});
