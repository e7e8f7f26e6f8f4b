import type { TapEnd } from '../../privileged/tap-end.js';

const everyMs = 5;
/** A process that was held up for longer than this does not make up for it. */
const mostOwedMs = 200;

/** One frame, sent at a tap again and again at a steady rate. */
export class FrameStream {
  readonly #timer: NodeJS.Timeout;
  #owed = 0;
  #at = performance.now();

  constructor(tap: TapEnd, frame: Uint8Array, perSecond: number) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#owed += (Math.min(now - this.#at, mostOwedMs) / 1000) * perSecond;
      this.#at = now;
      for (; this.#owed >= 1; this.#owed--) tap.write(frame, frame.length);
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
