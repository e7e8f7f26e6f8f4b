import { join } from 'node:path';
import { FakeDaemon } from '../../libvirt/test/fake-daemon.js';
import { HeardMonitor } from '../../qmp/test/heard-monitor.js';
import { TestClock } from '../../qmp/test/test-clock.js';
import { withDirectory } from '../../qmp/test/with-directory.js';
import type { ProcessSystem } from '../src/domain/domain-processes.js';
import { LibvirtMonitor } from '../src/libvirt-monitor.js';
import { type LibvirtMonitorOptions, libvirtMonitorSettings } from '../src/libvirt-options.js';

/** A monitor, and the libvirt daemons that it may find. */
export class LibvirtBed {
  readonly told = new HeardMonitor();
  readonly clock = new TestClock();
  /** Among which QEMUs are looked for: none, whatever runs on the machine of the test. */
  processes: ProcessSystem = {
    pidFile: () => Promise.reject(new Error('there is no such file')),
    processes: () => Promise.resolve([]),
    processIncarnation: () => Promise.resolve(undefined),
    commandLine: () => Promise.resolve(undefined),
  };
  private readonly open: Array<{ close(): Promise<void> }> = [];

  private constructor(readonly directory: string) {}

  /** Runs `work` with a bed that is empty at first, and clears up. */
  static with(work: (bed: LibvirtBed) => Promise<void>): Promise<void> {
    return withDirectory(async (directory) => {
      const bed = new LibvirtBed(directory);
      try {
        await work(bed);
      } finally {
        for (const each of bed.open.toReversed()) await each.close();
      }
    });
  }

  get socket(): string {
    return join(this.directory, 'libvirt-sock');
  }

  async listen(setUp?: (daemon: FakeDaemon) => void, path: string = this.socket): Promise<FakeDaemon> {
    const daemon = await FakeDaemon.listen(path, setUp);
    this.open.push(daemon);
    return daemon;
  }

  monitor(options: LibvirtMonitorOptions = { socket: this.socket }): LibvirtMonitor {
    const { told, clock } = this;
    const monitor = new LibvirtMonitor(told.intake, told.bus, clock, libvirtMonitorSettings(options));
    monitor.processSystem = this.processes;
    this.open.push(monitor);
    return monitor;
  }

  /** A monitor that is started. */
  async watch(options?: LibvirtMonitorOptions): Promise<LibvirtMonitor> {
    const monitor = this.monitor(options);
    await monitor.start({ signal: new AbortController().signal });
    return monitor;
  }

  /** The codes of the warnings so far. */
  get warnings(): readonly string[] {
    return this.told.heard.flatMap((each) => (each.event === 'warning' ? [each.fact.warning.code] : []));
  }

  /** Lets `ms` pass, 100 at a time, and what that begins come to rest. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.clock.advance(Math.min(left, 100));
      await this.rest();
    }
  }

  /** Lets what is on its way arrive. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 3);
      });
    }
  }
}

/** A test in a bed of its own. */
export const inBed =
  (work: (bed: LibvirtBed) => Promise<void>): (() => Promise<void>) =>
  () =>
    LibvirtBed.with(work);
