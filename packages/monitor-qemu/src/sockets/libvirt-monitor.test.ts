import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withDirectory } from '../../../qmp/test/with-directory.js';
import { libvirtMonitorAt, refuseLibvirtMonitor } from './libvirt-monitor.js';

it.each([
  ['/var/lib/libvirt/qemu/domain-1-web/monitor.sock', true],
  ['/home/me/.config/libvirt/qemu/lib/domain-1-web/monitor.sock', true],
  ['/run/libvirt/qemu/domain-1-web/monitor.sock', true],
  ['/var/run/kubevirt-private/libvirt/qemu/lib/domain-1-default_web/monitor.sock', true],
  ['/proc/7/root/var/run/kubevirt-private/libvirt/qemu/lib/domain-1-default_web/monitor.sock', true],
  ['/srv/embedded/lib/domain-2-web/monitor.sock', true],
  ['/var/lib/libvirt/qemu/web.monitor', true],
  ['/home/me/.config/libvirt/qemu/lib/web.monitor', true],
  ['/home/me/.libvirt/qemu/lib/web.monitor', true],
  ['/var/lib/libvirt/qemu/domain-1-web/herald.sock', false],
  ['/var/lib/libvirt/qemu/web.herald.qmp', false],
  ['/var/lib/libvirt/qemu/channel/target/domain-1-web/org.qemu.guest_agent.0', false],
  ['/run/vm/web.monitor', false],
  ['/run/vm/monitor.sock', false],
])('%s: libvirt\u2019s: %s', (path, is) => {
  expect(libvirtMonitorAt(path)).toBe(is ? path : undefined);
});

it('finds it behind symbolic links, and nothing behind one that leads nowhere', () =>
  withDirectory(async (directory) => {
    const [monitor, near, far, lost] = ['web.monitor', 'near', 'far', 'lost'].map((name) =>
      join(directory, name),
    );
    const target = join(directory, 'libvirt', 'qemu', 'web.monitor');
    expect([monitor, near, far, lost]).not.toContain(undefined);
    await symlink(join(directory, 'none'), String(lost));
    expect(libvirtMonitorAt(String(lost))).toBeUndefined();
    await mkdir(join(directory, 'libvirt', 'qemu'), { recursive: true });
    await writeFile(target, '');
    await symlink(target, String(near));
    await symlink(String(near), String(far));
    expect(libvirtMonitorAt(String(far))).toBe(target);
    expect(() => refuseLibvirtMonitor(String(far))).toThrow(
      `${far} leads to libvirt's own monitor ${target}`,
    );
    expect(() => refuseLibvirtMonitor(String(lost))).not.toThrow();
  }));
