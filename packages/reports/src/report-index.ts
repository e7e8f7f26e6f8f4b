import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFile } from './read-report.js';
import { MAX_ENTRY_BYTES, type ReportEntry } from './report-entry.js';

/** The name of a directory's index: one entry a line. */
export const INDEX_FILE = 'index.jsonl';

/** So much of an index is read, bytes: what stands behind that is not in it. */
const MAX_INDEX_BYTES = 268_435_456;
/** The file of an entry stands first in its line. */
const FILE_OF_LINE = /^\{"file":"([^"\\]{1,255})"/;
const READ_AT_ONCE = 65_536;

/** The file that a line of an index is about. */
export const fileOfLine = (line: string): string | undefined => FILE_OF_LINE.exec(line)?.[1];

/**
 * Reads the index of a directory, some lines at a time, the newest first: who has what was asked for need not read on. A torn
 * or foreign line is passed over, and a missing index has none. Keep no part of a line: it would keep all that was read with it.
 */
export async function* newestLines(directory: string): AsyncGenerator<readonly string[]> {
  let handle: FileHandle;
  try {
    handle = await openFile(join(directory, INDEX_FILE));
  } catch {
    return;
  }
  try {
    const { size } = await handle.stat();
    let begun: Buffer = Buffer.alloc(0); // the end of a line that begins before what was read
    for (let end = size; end > Math.max(0, size - MAX_INDEX_BYTES); end -= READ_AT_ONCE) {
      const length = Math.min(READ_AT_ONCE, end);
      const bytes = Buffer.concat([await readAt(handle, end - length, length), begun]);
      const first = end === length ? 0 : bytes.indexOf(LINE_FEED) + 1;
      begun = bytes.subarray(0, Math.max(0, first - 1));
      if (end !== length && first === 0) begun = bytes;
      if (begun.length > MAX_ENTRY_BYTES) begun = NO_ENTRY;
      if (end === length || first > 0) yield entryLines(bytes.toString('utf8', first)).reverse();
    }
  } finally {
    await handle.close();
  }
}

/** Reads the lines of an index, some at a time, the oldest first. */
async function* linesOf(handle: FileHandle): AsyncGenerator<readonly string[]> {
  let begun: Buffer = Buffer.alloc(0);
  for (let position = 0; position < MAX_INDEX_BYTES; position += READ_AT_ONCE) {
    const read = await readAt(handle, position, READ_AT_ONCE);
    const bytes = Buffer.concat([begun, read]);
    const isLast = read.length < READ_AT_ONCE;
    const end = isLast ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    begun = bytes.subarray(end);
    if (begun.length > MAX_ENTRY_BYTES) begun = NO_ENTRY;
    yield entryLines(bytes.toString('utf8', 0, end));
    if (isLast) return;
  }
}

/** What cannot be read is missing; the reports themselves tell of it. */
const readAt = async (handle: FileHandle, position: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position).catch(() => ({ bytesRead: 0 }));
  return bytes.subarray(0, bytesRead);
};

const entryLines = (text: string): string[] =>
  text.split('\n').filter((line) => line.length <= MAX_ENTRY_BYTES && FILE_OF_LINE.test(line));

const LINE_FEED = 10;
/** In place of the part of a line that is longer than any entry, however it goes on. */
const NO_ENTRY = Buffer.from('-');

/**
 * The index of a report directory: a file to which every agent appends a line for each report that it wrote, the last line
 * of a file counts. It only makes lists quick. The reports are the truth: whoever misses one in the index reads it.
 */
export class ReportIndex {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly directory: string) {}

  /** Appends entries; where that is not possible they are missing, which harms nobody. */
  append(entries: readonly ReportEntry[]): Promise<void> {
    return this.alone(async () => {
      const { O_APPEND, O_CREAT, O_WRONLY } = constants;
      const handle = await openFile(join(this.directory, INDEX_FILE), O_APPEND | O_CREAT | O_WRONLY);
      try {
        // the line of an agent that died in the middle of it ends here
        await handle.writeFile(`\n${entries.map(lineOf).join('\n')}\n`);
      } finally {
        await handle.close();
      }
    });
  }

  /** Writes it anew with the last line of each of these files; what was appended meanwhile stays as well. */
  rewrite(files: ReadonlyMap<string, object>): Promise<void> {
    return this.alone(async () => {
      const name = `.${INDEX_FILE}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
      const temporary = join(this.directory, name);
      const { O_CREAT, O_EXCL, O_WRONLY } = constants;
      const index = await openFile(join(this.directory, INDEX_FILE)); // the same one twice, whoever replaces it
      try {
        const last = new Map<object, number>();
        const count = await eachLine(index, (line, number) => {
          const of = files.get(fileOfLine(line) ?? '');
          if (of !== undefined) last.set(of, number);
        });
        const handle = await openFile(temporary, O_CREAT | O_EXCL | O_WRONLY);
        try {
          let number = 0;
          for await (const lines of linesOf(index)) {
            const kept = lines.filter((line) => {
              const of = files.get(fileOfLine(line) ?? '');
              const isKept = number >= count || (of !== undefined && last.get(of) === number);
              number += 1;
              return isKept;
            });
            if (kept.length > 0) await handle.writeFile(`${kept.join('\n')}\n`);
          }
        } finally {
          await handle.close();
        }
        await rename(temporary, join(this.directory, INDEX_FILE));
      } finally {
        await index.close();
        await rm(temporary, { force: true });
      }
    });
  }

  /** One after another; what fails is tried again some other time. */
  private alone(run: () => Promise<void>): Promise<void> {
    const done = this.last.then(run).catch(() => undefined);
    this.last = done;
    return done;
  }
}

/** How many lines there are. */
const eachLine = async (
  handle: FileHandle,
  take: (line: string, number: number) => void,
): Promise<number> => {
  let count = 0;
  for await (const lines of linesOf(handle)) for (const line of lines) take(line, count++);
  return count;
};

const lineOf = ({ file, ...rest }: ReportEntry): string => JSON.stringify({ file, ...rest });
