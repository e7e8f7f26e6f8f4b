import type { BridgePortVlans } from './bridge-port-vlans.js';
import type { KernelLinks } from './kernel-links.js';
import type { LinkInfo } from './link-info.js';
import type { LinkSelector } from './links.js';
import { Turn } from './turn.js';

/**
 * The interfaces of this network namespace as they are now. What was asked for once is known until the kernel tells that it
 * changed: to hear that there is no news costs one system call, and no lock of the kernel. That a carrier came or went the
 * kernel tells up to a second late, where it told of another just before; else at once.
 */
export class LinkTable {
  private readonly known = new Map<number, LinkInfo>();
  /** Those that changed and were not asked for again. With those that are known they are all there are, where it is whole. */
  private readonly changed = new Set<number>();
  private whole = false;
  /** What bridges take at their ports, but for those of which there was news since. */
  private vlans: Map<number, BridgePortVlans | undefined> | undefined;
  private filling: Promise<readonly LinkInfo[]> | undefined;

  constructor(private readonly kernel: Pick<KernelLinks, 'news' | 'find' | 'list' | 'vlans' | 'close'>) {}

  /** One of them; undefined where there is none. Throws SystemCallError. */
  find(which: LinkSelector): LinkInfo | undefined {
    this.hear();
    return this.knownAs(which) ?? this.ask(which);
  }

  /** All of them; in turns, where many have to be asked for. Rejects with SystemCallError. */
  async all(): Promise<readonly LinkInfo[]> {
    this.hear();
    if (this.isWhole() && this.changed.size === 0) return [...this.known.values()];
    this.filling ??= this.fill().finally(() => {
      this.filling = undefined;
    });
    return this.filling;
  }

  /** What its bridge takes at a port, by the port's number; undefined where it is none. Throws SystemCallError. */
  vlansAt(index: number): BridgePortVlans | undefined {
    this.hear();
    if (!this.vlans?.has(index)) {
      this.vlans = new Map(this.kernel.vlans());
      if (!this.vlans.has(index)) this.vlans.set(index, undefined);
    }
    return this.vlans.get(index);
  }

  close(): void {
    this.kernel.close();
  }

  /** Asked by a call, since to hear the news may change it. */
  private isWhole(): boolean {
    return this.whole;
  }

  private knownAs(which: LinkSelector): LinkInfo | undefined {
    if ('index' in which) return this.known.get(which.index);
    for (const link of this.known.values()) if (link.name === which.name) return link;
    return undefined;
  }

  private ask(which: LinkSelector): LinkInfo | undefined {
    const link = this.kernel.find(which);
    if (link !== undefined) this.take(link);
    return link;
  }

  private take(link: LinkInfo): void {
    this.known.set(link.index, link);
    this.changed.delete(link.index);
  }

  private hear(): void {
    const news = this.kernel.news();
    if (news === 'all') {
      this.known.clear();
      this.changed.clear();
      this.vlans = undefined;
      this.whole = false;
      return;
    }
    for (const index of news) {
      const before = this.known.get(index);
      this.vlans?.delete(index);
      // A bridge gives its ports another VLAN (vlan_default_pvid) with news of itself alone.
      if (before === undefined || before.kind === 'bridge') this.vlans = undefined;
      this.known.delete(index);
      this.changed.add(index);
    }
  }

  private async fill(): Promise<readonly LinkInfo[]> {
    const turn = new Turn();
    if (!this.isWhole()) {
      const listed = await this.kernel.list(turn);
      this.whole = true; // but for what changed since
      this.hear();
      if (!this.isWhole()) return listed; // more changed than could be heard: it is asked for again the next time
      for (const link of listed) {
        if (!this.known.has(link.index) && !this.changed.has(link.index)) this.take(link);
      }
    }
    for (const index of this.changed) {
      if (this.ask({ index }) === undefined) this.changed.delete(index);
      await turn.rest();
    }
    return this.isWhole() ? [...this.known.values()] : this.fill();
  }
}
