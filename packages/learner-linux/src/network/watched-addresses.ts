import { IpAddress } from '@nic-herald/wire';

/** Most addresses that are watched in a network, as the contract has it. */
export const MAX_WATCHED = 4096;
/** How long an address is watched after it was asked about last, ms. */
const WATCHED_FOR_MS = 600_000;

/** What is to be done in the kernel. */
export interface WatchedChange {
  readonly added: readonly IpAddress[];
  readonly removed: readonly IpAddress[];
}

/** The addresses that were asked about lately, those asked about longest ago first. */
export class WatchedAddresses {
  private readonly askedAt = new Map<IpAddress, number>();

  get size(): number {
    return this.askedAt.size;
  }

  /** Takes a question; of one about too many addresses, the first. What no host can own is not watched. */
  ask(addresses: Iterable<IpAddress>, nowMs: number): WatchedChange {
    const asked = new Set<IpAddress>();
    for (const address of addresses) {
      if (asked.size === MAX_WATCHED) break;
      if (IpAddress.isHostAddress(address)) asked.add(address);
    }
    const added = [...asked].filter((address) => !this.askedAt.has(address));
    for (const address of asked) {
      this.askedAt.delete(address); // to the end
      this.askedAt.set(address, nowMs);
    }
    const tooMany = this.askedAt.size - MAX_WATCHED;
    return { added, removed: this.drop((_, index) => index < tooMany) };
  }

  /** Gives up what was not asked about for ten minutes. */
  expire(nowMs: number): readonly IpAddress[] {
    return this.drop((at) => nowMs - at > WATCHED_FOR_MS);
  }

  /** Forgets all, without a word of it. */
  clear(): void {
    this.askedAt.clear();
  }

  /** From the front, for as long as they are to go. */
  private drop(goes: (askedAt: number, index: number) => boolean): readonly IpAddress[] {
    const gone: IpAddress[] = [];
    for (const [address, at] of this.askedAt) {
      if (!goes(at, gone.length)) break;
      gone.push(address);
    }
    for (const address of gone) this.askedAt.delete(address);
    return gone;
  }
}
