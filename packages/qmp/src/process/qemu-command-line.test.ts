import { expect, it } from 'vitest';
import { isQemuCommandLine, isStartedToWait } from './qemu-command-line.js';

it.each<[readonly string[], boolean]>([
  [['qemu-system-x86_64', '-m', '32'], true],
  [['/usr/libexec/qemu-kvm', '-name', 'guest=web-1,debug-threads=on'], true],
  [['/usr/bin/kvm', '-id', '100'], true],
  [['/nix/store/x/bin/.qemu-system-aarch64-wrapped'], true],
  [['/usr/sbin/libvirtd', '--timeout', '120'], false],
  [['/opt/qemu/proxy', '/run/vm/a.qmp'], false],
  [['node', 'qemu.js'], false],
  [[''], false],
  [[], false],
])('%j is a QEMU: %s', (args, isQemu) => {
  expect(isQemuCommandLine(args)).toBe(isQemu);
});

it.each<[readonly string[], boolean]>([
  [['qemu', '-incoming', 'defer'], true],
  [['qemu', '--incoming', 'tcp:0:4444'], true],
  [['qemu', '-S'], false],
  [['qemu', '-name', '-incoming=x'], false],
  [['qemu', '-name', 'x -incoming defer'], false],
  [[], false],
])('%j waits for a guest: %s', (args, waits) => {
  expect(isStartedToWait(args)).toBe(waits);
});
