import { Worker } from 'node:worker_threads';
import { openTap } from './open-tap.js';

const IFF_TAP_NO_PI_MULTI_QUEUE = 0x1102;

/** Writes frames again and again to one queue, as plain text: threads are not given what lets this process read TypeScript. */
const SPEAK = `
  const { workerData: { fd, frames, url, forMs } } = require('node:worker_threads');
  const koffi = require('node:module').createRequire(url)('koffi');
  const write = koffi.load(null).func('intptr_t write(int, uintptr_t, size_t)');
  const addresses = frames.map((frame) => Number(koffi.address(frame)));
  for (const until = performance.now() + forMs; performance.now() < until; )
    for (const [at, { length }] of frames.entries())
      if (write(fd, addresses[at], length) !== length) throw new Error('write: errno ' + koffi.errno());`;

/** A guest with two queues at a tap that was made with `multi_queue` speaks on both at once for some ms: all frames over and over. */
export const speakOnTwoQueues = async (
  tap: string,
  frames: readonly Uint8Array[],
  forMs: number,
): Promise<void> => {
  const speakers = [0, 1].map(
    () =>
      new Promise<void>((resolve, reject) => {
        const fd = openTap(tap, IFF_TAP_NO_PI_MULTI_QUEUE);
        const workerData = { fd, frames, url: import.meta.url, forMs };
        const worker = new Worker(SPEAK, { eval: true, workerData, execArgv: [] });
        worker.once('error', reject);
        worker.once('exit', () => resolve());
      }),
  );
  await Promise.all(speakers);
};
