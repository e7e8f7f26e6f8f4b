import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { HeraldError } from '@nic-herald/core';

const MAX_BYTES = 1_048_576;
/** Whoever writes to a pipe has this long to be done, ms. */
const PIPE_WITHIN_MS = 5000;
const LOOK_AGAIN_MS = 10;

/**
 * The text of a configuration file: of a regular file, or of a pipe (`/dev/stdin`, `<(...)`), for which it waits 5 s and no
 * longer. Rejects with HERALD_CONFIG_UNREADABLE, or with HERALD_CONFIG_INVALID where it is longer than 1 MiB.
 */
export const configText = async (file: string, pipeWithinMs = PIPE_WITHIN_MS): Promise<string> => {
  try {
    // a pipe that nobody has open would else hold a thread of Node.js for ever
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await contentOf(handle, file, pipeWithinMs);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof HeraldError) throw error;
    throw unreadable(file, 'cannot be read', error);
  }
};

const contentOf = async (handle: FileHandle, file: string, pipeWithinMs: number): Promise<string> => {
  const found = await handle.stat();
  if (found.isDirectory()) throw unreadable(file, 'is a directory');
  const deadline = performance.now() + pipeWithinMs;
  const bytes = new Uint8Array(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const read = await readSome(handle, bytes.subarray(length));
    if (read === undefined) {
      if (performance.now() > deadline) {
        throw unreadable(file, `is a pipe, and whoever has it open did not finish within ${pipeWithinMs} ms`);
      }
      await setTimeout(LOOK_AGAIN_MS);
      continue;
    }
    length += read;
    if (length > MAX_BYTES) {
      throw new HeraldError(
        'HERALD_CONFIG_INVALID',
        `${file}:1: the file has ${found.isFile() ? `${found.size}` : `more than ${MAX_BYTES}`} bytes, at most ${MAX_BYTES} are read`,
      );
    }
    if (read > 0) continue;
    if (length === 0 && found.isFIFO()) throw unreadable(file, 'is a pipe to which nobody writes');
    return new TextDecoder().decode(bytes.subarray(0, length));
  }
};

/** How many bytes were read, 0 at the end; `undefined` where there are none yet. */
const readSome = async (handle: FileHandle, into: Uint8Array): Promise<number | undefined> => {
  try {
    return (await handle.read(into, 0, into.length)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
};

const unreadable = (file: string, problem: string, cause?: unknown): HeraldError =>
  new HeraldError(
    'HERALD_CONFIG_UNREADABLE',
    `the configuration file ${file} ${problem}; look at its path and its rights`,
    { ...(cause === undefined ? {} : { cause }), details: { file } },
  );
