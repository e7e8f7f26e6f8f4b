import { closeSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';

/** Most of a command line that is read, bytes. Linux takes some 2 MiB; a hypervisor's is a few kB. */
const MAX_BYTES = 1024 * 1024;
/** What the kernel gives at a time is at most a page. */
const CHUNK_BYTES = 65_536;

/**
 * What a process was started with, the program first, from /proc/PID/cmdline. Never rejects: `undefined` where the
 * process has ended, is hidden (`hidepid`), has no command line, or one of more than 1 MiB. It is the process's own
 * memory: it may have written something else there, and reading waits while it changes its memory map.
 */
export const commandLine = async (pid: number): Promise<readonly string[] | undefined> => {
  if (!Number.isSafeInteger(pid) || pid < 1) return undefined;
  try {
    const bytes = await firstBytes(`/proc/${pid}/cmdline`);
    return bytes.length > MAX_BYTES ? undefined : parseCommandLine(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
};

/** The arguments in the text of /proc/PID/cmdline, each of which a zero byte ends; `undefined` where there is none. */
export const parseCommandLine = (text: string): readonly string[] | undefined => {
  if (text === '') return undefined;
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
};

const readSome = promisify(read);

/**
 * The file up to just above the most that is wanted: it tells its length only by ending. To open and to close it never waits;
 * done by Node's thread pool it would, where the host is busy.
 */
const firstBytes = async (path: string): Promise<Buffer> => {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= MAX_BYTES; ) {
      const { bytesRead, buffer } = await readSome(file, Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
};
