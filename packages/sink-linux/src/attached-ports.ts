import type { LinkInfo } from '@nic-herald/linux-sys';

/** Most ports remembered. */
const MOST = 4096;

/**
 * Remembers which ports were seen in a bridge or switch: one that stands alone later was taken out, and what is sent there
 * reaches no network. One that never was in any may be routed, and is sound.
 */
export class AttachedPorts {
  private readonly seen = new Set<number>();

  /** A port as it is now, by its number; `undefined` where it is gone. */
  note(index: number, link: LinkInfo | undefined): void {
    if (link === undefined) this.seen.delete(index);
    else if (link.masterIndex !== undefined) {
      if (this.seen.size >= MOST) this.seen.clear();
      this.seen.add(index);
    }
  }

  has(index: number): boolean {
    return this.seen.has(index);
  }
}
