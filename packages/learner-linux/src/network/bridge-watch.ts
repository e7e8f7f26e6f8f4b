import type { Links } from '@nic-herald/linux-sys';
import type { IpAddress } from '@nic-herald/wire';
import { AddressWatch } from './address-watch.js';
import { type BridgePicture, takePicture } from './bridge-picture.js';

/** How long one picture answers all questions, ms. */
const PICTURE_LASTS_MS = 500;
/** How often ports that come and go are looked for while addresses are watched, ms. */
const FOLLOW_EVERY_MS = 1000;
/** How long a port that was asked about counts as a guest's, and a bridge as asked about, ms. */
const ASKED_LASTS_MS = 600_000;

/** What is seen in the network of one bridge, by its number. */
export class BridgeWatch {
  private readonly addresses: AddressWatch | undefined;
  /** When each guest's port was asked about last. */
  private readonly guestPorts = new Map<number, number>();
  private picture: Promise<BridgePicture | undefined> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** `inKernel`: whether who speaks from an address may be noticed there. */
  constructor(
    private readonly bridgeIndex: number,
    private readonly links: Links,
    inKernel: boolean,
  ) {
    this.addresses = inKernel ? new AddressWatch() : undefined;
  }

  /** Whether anybody asked lately. */
  isWanted(nowMs: number): boolean {
    for (const at of this.guestPorts.values()) if (nowMs - at <= ASKED_LASTS_MS) return true;
    return false;
  }

  /**
   * The network as it is, or was half a second ago. Addresses are watched from now on, and a port that was asked about is a
   * guest's. `undefined` where the bridge is gone. Rejects with SystemCallError.
   */
  async look(portIndex: number, addresses: ReadonlySet<IpAddress>): Promise<BridgePicture | undefined> {
    const nowMs = performance.now();
    this.forgetGuests(nowMs);
    this.guestPorts.delete(portIndex); // to the end
    this.guestPorts.set(portIndex, nowMs);
    if (this.addresses?.ask(addresses, nowMs) === true) this.follow(0);
    this.picture ??= this.take();
    return this.picture;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.addresses?.close();
  }

  private take(): Promise<BridgePicture | undefined> {
    const taken = takePicture(this.bridgeIndex, this.links, () => this.addresses?.speakers() ?? new Map());
    const forget = (): void => {
      if (this.picture === taken) this.picture = undefined;
    };
    taken.then(() => setTimeout(forget, PICTURE_LASTS_MS).unref(), forget);
    return taken;
  }

  /** Looks at the ports after so long, and then again and again while addresses are watched. */
  private follow(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.followNow().finally(() => {
        if (!this.isClosed && this.addresses?.isOpen === true) this.follow(FOLLOW_EVERY_MS);
      });
    }, afterMs);
    this.timer.unref();
  }

  private async followNow(): Promise<void> {
    const links = await this.links.all().catch(() => undefined);
    if (links === undefined || this.isClosed) return; // what is listened at stays until the next look
    const ports = links.filter(({ masterIndex }) => masterIndex === this.bridgeIndex);
    const nowMs = performance.now();
    this.forgetGuests(nowMs);
    this.addresses?.follow(ports, this.guestPorts, nowMs);
  }

  private forgetGuests(nowMs: number): void {
    for (const [index, askedAt] of this.guestPorts) {
      if (nowMs - askedAt <= ASKED_LASTS_MS) return; // the others were asked about later
      this.guestPorts.delete(index);
    }
  }
}
