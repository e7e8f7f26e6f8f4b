import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import type { LabRig } from '../lab/lab-rig.js';
import { waitUntil } from '../lab/wait-until.js';
import type { LibvirtHost } from './libvirt-host.js';
import { Virsh } from './virsh.js';

/** A daemon that has never seen this QEMU asks it what it can, which takes seconds. */
const startMs = 40_000;

/** The libvirtd of one host. It can be killed and started again; the guests go on meanwhile. */
export class LibvirtDaemon {
  readonly host: LibvirtHost;
  readonly virsh: Virsh;
  readonly #rig: LabRig;
  #process: LabProcess;

  private constructor(rig: LabRig, host: LibvirtHost) {
    this.host = host;
    this.virsh = new Virsh(host.uri, join(rig.directory, `virsh-${host.host}.log`));
    this.#rig = rig;
    this.#process = this.#launch();
  }

  static async start(rig: LabRig, host: LibvirtHost): Promise<LibvirtDaemon> {
    const daemon = new LibvirtDaemon(rig, host);
    rig.owns({ stop: () => daemon.#process.stop() });
    await daemon.answers();
    return daemon;
  }

  /** Kills it where it stands: it cannot put anything in order. */
  async kill(): Promise<void> {
    this.#process.signal('SIGKILL');
    await this.#process.ended;
  }

  /** Starts it again after it was killed, without waiting for anything. */
  launchAgain(): void {
    this.#process = this.#launch();
  }

  /** Waits until it answers; gives the moment of it. */
  async answers(): Promise<number> {
    return waitUntil(
      `libvirtd on ${this.host.host} to answer`,
      { timeoutMs: startMs, everyMs: 20 },
      async () => {
        this.#process.assertRunning();
        const answered = await this.virsh.run('list', '--name').then(
          () => true,
          () => false,
        );
        return answered ? Date.now() : undefined;
      },
    );
  }

  get pid(): number {
    return this.#process.pid;
  }

  #launch(): LabProcess {
    const { host } = this;
    return new LabProcess({
      title: `libvirtd on ${host.host}`,
      command: host.insideRoot(['libvirtd']),
      logFile: join(this.#rig.directory, `libvirtd-${host.host}.log`),
    });
  }
}
