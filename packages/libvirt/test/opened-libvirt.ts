import { join } from 'node:path';
import { TestClock } from '../../qmp/test/test-clock.js';
import { Libvirt, type LibvirtOptions } from '../src/libvirt.js';
import { FakeDaemon } from './fake-daemon.js';
import { type FakeDomain, fakeDomain } from './fake-domain.js';

/** Daemons and connections of one test, all of which `close` ends. */
export class OpenedLibvirt {
  readonly clock = new TestClock();
  private readonly open: Array<{ close(): unknown }> = [];

  async listen(directory: string, setUp?: (daemon: FakeDaemon) => void): Promise<FakeDaemon> {
    const daemon = await FakeDaemon.listen(join(directory, 'libvirt-sock'), setUp);
    this.open.push(daemon);
    return daemon;
  }

  async connect(path: string, options?: LibvirtOptions): Promise<Libvirt> {
    const libvirt = await Libvirt.open(path, this.clock, options);
    this.open.push(libvirt);
    return libvirt;
  }

  /** A daemon with one domain, and a connection to it. */
  async connected(
    directory: string,
    options?: LibvirtOptions,
  ): Promise<{ daemon: FakeDaemon; libvirt: Libvirt; domain: FakeDomain }> {
    const domain = fakeDomain();
    const daemon = await this.listen(directory, ({ domains }) => void domains.push(domain));
    return { daemon, libvirt: await this.connect(daemon.path, options), domain };
  }

  async close(): Promise<void> {
    for (const each of this.open.splice(0).toReversed()) await each.close();
  }
}
