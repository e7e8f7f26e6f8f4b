import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Name of the tap that stands for the guest's port. */
export const TAP = 'tap0';
export const GUEST_UUID = '6b1d1c9e-0000-4000-8000-00000000be2c';
export const PRIMARY_MAC = '52:54:00:bb:00:00';

const ip = (...lines: string[]): void => {
  execFileSync('ip', ['-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
};

let areLaid = false;

/** Bridge with the guests' taps and an uplink whose far end takes what is flooded. In the current namespace, once. */
export const layCables = (): void => {
  if (areLaid) return;
  areLaid = true;
  ip(
    'link set lo up',
    'link add br0 type bridge forward_delay 0',
    'link add up0 type veth peer name far0',
    'link set up0 master br0',
    ...[TAP, 'tap1'].flatMap((tap) => [
      `tuntap add ${tap} mode tap`,
      `link set ${tap} master br0`,
      `link set ${tap} up`,
    ]),
    'link set br0 up',
    'link set up0 up',
    'link set far0 up',
  );
};

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A QEMU without an operating system: it opens the tap, which gives it carrier, and speaks QMP. */
export class BareQemu {
  readonly socket: string;
  private readonly directory = mkdtempSync(join(tmpdir(), 'nhbench-'));
  private readonly child: ChildProcess;

  constructor(tap: string, more: readonly string[] = []) {
    this.socket = join(this.directory, 'qmp');
    this.child = spawn(
      'chrt',
      [
        ...['--other', '0', 'qemu-system-x86_64'],
        ...['-machine', 'pc,accel=tcg', '-m', '32', '-nodefaults', '-display', 'none', '-uuid', GUEST_UUID],
        ...['-netdev', `tap,id=net0,ifname=${tap},script=no,downscript=no`],
        ...['-device', `virtio-net-pci,id=nic0,netdev=net0,mac=${PRIMARY_MAC},romfile=`],
        ...['-qmp', `unix:${this.socket},server=on,wait=off`],
        ...['-qmp', `unix:${this.socket}.driver,server=on,wait=off`],
        ...more,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    living.add(this.child);
  }

  async ready(): Promise<void> {
    while (!existsSync(`${this.socket}.driver`)) {
      if (this.child.exitCode !== null) throw new Error('qemu-system-x86_64 ended before it was ready');
      await sleep(10);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGKILL');
      await gone;
      living.delete(this.child);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
