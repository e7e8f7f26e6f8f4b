import { HeraldError } from '@nic-herald/core';
import { exitNow } from '@nic-herald/linux-sys/exit-now';

/**
 * One request to end often comes as two signals: `timeout` sends it to its child and to the group, a terminal
 * and npx both pass Ctrl-C on. A second one counts only after this time, ms.
 */
const ONE_REQUEST_MS = 1000;

/** Whatever hangs, the process ends so long after it was asked to, ms: within the 5 s that it promises. */
const END_WITHIN_MS = 4500;

/** The exit status of a process that something kept from ending in order. */
const CUT_OFF = 1;

/**
 * Takes SIGINT and SIGTERM from now on, and resolves with the first. A second one ends the process at once; and so does time,
 * where what was to be closed hangs: `tell` is then given the reason. A thread of Node.js that hangs in a file system holds
 * nothing up. An event loop that is blocked does: only SIGKILL ends that.
 */
export const untilStopped = (tell: (late: HeraldError) => void): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let askedAt: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (askedAt === undefined) {
        askedAt = now;
        setTimeout(() => {
          tell(
            new HeraldError(
              'HERALD_STOP_LATE',
              `not everything closed within ${END_WITHIN_MS} ms of ${signal}: it ends now`,
            ),
          );
          exitNow(CUT_OFF);
        }, END_WITHIN_MS).unref();
      } else if (now - askedAt > ONE_REQUEST_MS) {
        process.off('SIGINT', stop).off('SIGTERM', stop);
        process.kill(process.pid, signal);
      }
      resolve(signal);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
