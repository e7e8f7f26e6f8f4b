import type { FrameGrant } from '@nic-herald/core';
import type { BpfQueue } from '@nic-herald/linux-sys';
import { u32 } from './armed-entries.js';

/** A grant is for so many frames: small, so that a guest that draws its last one leaves little of it unused. */
const GRANT_FRAMES = 8;
const GRANT = u32(GRANT_FRAMES);

/** What the kernel may send by itself: grants in a queue, out of which the program takes one as it needs it. */
export class KernelGrant implements FrameGrant {
  /** `queue` gives none where the kernel cannot send by itself. */
  constructor(private readonly queue: () => Pick<BpfQueue, 'push' | 'pop'> | undefined) {}

  lend(frames: number): number {
    return this.attempt((queue) => {
      let lent = 0;
      while (lent + GRANT_FRAMES <= frames && queue.push(GRANT)) lent += GRANT_FRAMES;
      return lent;
    });
  }

  reclaim(): number {
    return this.attempt((queue) => {
      let reclaimed = 0;
      while (queue.pop() !== undefined) reclaimed += GRANT_FRAMES;
      return reclaimed;
    });
  }

  private attempt(run: (queue: Pick<BpfQueue, 'push' | 'pop'>) => number): number {
    const queue = this.queue();
    try {
      return queue === undefined ? 0 : run(queue);
    } catch {
      return 0; // what the kernel does not take is not lent
    }
  }
}
