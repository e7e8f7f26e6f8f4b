import type { HeraldError } from '@nic-herald/core';
import type { Libvirt } from '../src/libvirt.js';
import type { LibvirtKeeperOwner } from '../src/libvirt-keeper.js';

/** Notes what a keeper tells, and wakes who waits for it. */
export class HeardKeeper implements LibvirtKeeperOwner {
  readonly connected: Libvirt[] = [];
  readonly lost: HeraldError[] = [];
  readonly unreachable: HeraldError[] = [];
  private waiting: Array<() => void> = [];

  onConnected(libvirt: Libvirt): void {
    this.connected.push(libvirt);
    this.wake();
  }

  onLost(reason: HeraldError): void {
    this.lost.push(reason);
    this.wake();
  }

  onUnreachable(problem: HeraldError): void {
    this.unreachable.push(problem);
    this.wake();
  }

  /** Resolves when all of it is as wanted. */
  async until(condition: (heard: this) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
