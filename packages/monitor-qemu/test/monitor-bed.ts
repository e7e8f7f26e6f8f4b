import { join } from 'node:path';
import { FakeQemu } from '../../qmp/test/fake-qemu.js';
import { HeardMonitor } from '../../qmp/test/heard-monitor.js';
import { TestClock } from '../../qmp/test/test-clock.js';
import { withDirectory } from '../../qmp/test/with-directory.js';
import { QemuMonitor } from '../src/qemu-monitor.js';
import { type QemuOptions, qemuSettings } from '../src/qemu-options.js';

const signal = new AbortController().signal;

/** A monitor of all sockets of a directory, started or not, and the QEMUs there. */
export class MonitorBed {
  readonly told = new HeardMonitor();
  readonly clock = new TestClock();
  private readonly open: Array<{ close(): Promise<void> }> = [];

  private constructor(readonly directory: string) {}

  /** Runs `work` with a bed that is empty at first, and clears up. */
  static with(work: (bed: MonitorBed) => Promise<void>): Promise<void> {
    return withDirectory(async (directory) => {
      const bed = new MonitorBed(directory);
      try {
        await work(bed);
      } finally {
        for (const each of bed.open.reverse()) await each.close();
      }
    });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async listen(name: string, setUp?: (qemu: FakeQemu) => void): Promise<FakeQemu> {
    const qemu = await FakeQemu.listen(this.path(name), setUp);
    qemu.now = () => this.clock.now();
    this.open.push(qemu);
    return qemu;
  }

  async watch(options: Partial<QemuOptions> = {}): Promise<QemuMonitor> {
    const { told, clock } = this;
    const settings = qemuSettings({ sockets: [this.path('*.qmp')], ...options });
    const monitor = new QemuMonitor(told.intake, told.bus, clock, settings);
    this.open.push(monitor);
    await monitor.start({ signal });
    return monitor;
  }

  /** Lets `ms` pass, a second at a time, and what that begins come to rest: no command is left without its answer. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(Math.min(left, 1000));
      await this.rest();
    }
  }

  /** Lets what is on its way arrive: a few turns of the event loop for sockets, and some for the file system. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }
}

/** Makes a QEMU tell where its guest stands. */
export const stands =
  (runState: string, migration: object) =>
  (qemu: FakeQemu): void => {
    qemu.replies['query-status'] = () => ({ return: { status: runState } });
    qemu.replies['query-migrate'] = () => ({ return: migration });
  };
