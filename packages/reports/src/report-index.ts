import { randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
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
const READ_AT_ONCE = 262_144;
/** So much is written at a time, characters. */
const WRITTEN_AT_ONCE = 1_048_576;

/** Reads an index, line for line; a torn or foreign line is passed over, and a missing index has none. */
export const readIndex = async (
  directory: string,
  take: (file: string, line: string) => void,
): Promise<void> => {
  let handle: FileHandle;
  try {
    handle = await openFile(join(directory, INDEX_FILE));
  } catch {
    return;
  }
  let rest = '';
  // closes the file as well
  const stream = createReadStream('', {
    fd: handle,
    encoding: 'utf8',
    highWaterMark: READ_AT_ONCE,
    end: MAX_INDEX_BYTES,
  });
  try {
    for await (const chunk of stream) {
      const lines = `${rest}${chunk as string}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_ENTRY_BYTES) rest = '-'; // no entry, however it goes on
      for (const line of lines) {
        const [, file] = FILE_OF_LINE.exec(line) ?? [];
        if (file !== undefined && line.length <= MAX_ENTRY_BYTES) take(file, line);
      }
    }
  } catch {
    // what could be read counts; the reports themselves tell of the others
  }
};

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

  /** Writes it anew with the last line of each file, but without these files. */
  rewrite(gone: ReadonlySet<string>): Promise<void> {
    return this.alone(async () => {
      const lines = new Map<string, string>();
      await readIndex(this.directory, (file, line) => {
        lines.delete(file); // keeps the order of the last lines
        if (!gone.has(file)) lines.set(file, line);
      });
      const name = `.${INDEX_FILE}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
      const temporary = join(this.directory, name);
      const { O_CREAT, O_EXCL, O_WRONLY } = constants;
      try {
        const handle = await openFile(temporary, O_CREAT | O_EXCL | O_WRONLY);
        try {
          let part = '';
          for (const line of lines.values()) {
            part += `${line}\n`;
            if (part.length < WRITTEN_AT_ONCE) continue;
            await handle.writeFile(part);
            part = '';
          }
          await handle.writeFile(part);
        } finally {
          await handle.close();
        }
        await rename(temporary, join(this.directory, INDEX_FILE));
      } finally {
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

const lineOf = ({ file, ...rest }: ReportEntry): string => JSON.stringify({ file, ...rest });
