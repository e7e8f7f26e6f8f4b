import { libc } from './libc.js';

/**
 * Ends the process at once with this status, 0 to 255, by _exit(2). `process.exit` waits for the threads of Node.js, so it never
 * returns while one of them is in a call into a file system that hangs. Nothing is flushed and no exit handler runs. Where
 * native calls cannot be made, the process is killed.
 */
export const exitNow = (status: number): void => {
  try {
    libc().exitNow(status);
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
};
