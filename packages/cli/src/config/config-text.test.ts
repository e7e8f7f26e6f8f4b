import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configText } from './config-text.js';

let folder: string;
let pipe: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-config-'));
  pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
});
afterEach(() => rm(folder, { recursive: true }));

/** Holds the pipe open for writing, after having written this. */
const writer = (text: string, thenWait: string) =>
  spawn('sh', ['-c', 'exec > "$0"; printf %s "$1"; exec sleep "$2"', pipe, text, thenWait]);

describe('the text of a configuration file', () => {
  it('is refused where nobody writes to the pipe, and where the writer does not end', async () => {
    await expect(configText(pipe)).rejects.toMatchObject({ code: 'HERALD_CONFIG_UNREADABLE' });
    const slow = writer('host: A', '60');
    const reading = async (): Promise<unknown> => {
      for (;;) {
        const error = await configText(pipe, 300).catch((thrown: unknown) => thrown);
        if (String(error).includes('did not finish within 300 ms')) return error;
      }
    };
    await expect(reading()).resolves.toMatchObject({ code: 'HERALD_CONFIG_UNREADABLE' });
    slow.kill();
  });

  it.each([
    ['a directory', () => folder, 'is a directory'],
    ['a file that is not there', () => join(folder, 'none'), 'cannot be read'],
  ])('is refused of %s', async (_, path, problem) => {
    const message = expect.stringContaining(problem) as unknown;
    await expect(configText(path())).rejects.toMatchObject({ code: 'HERALD_CONFIG_UNREADABLE', message });
  });

  it.each([
    ['a file of 1 MiB and a byte', () => join(folder, 'large')],
    ['a device without end', () => '/dev/zero'],
  ])('is refused of %s', async (_, path) => {
    await writeFile(join(folder, 'large'), '#'.repeat(1_048_577));
    await expect(configText(path())).rejects.toMatchObject({ code: 'HERALD_CONFIG_INVALID' });
  });

  it('is that of a file, and of /dev/null', async () => {
    await writeFile(join(folder, 'herald.yaml'), 'host: B');
    expect(await configText(join(folder, 'herald.yaml'))).toBe('host: B');
    expect(await configText('/dev/null')).toBe('');
  });

  it('is that of a pipe whose writer is done', async () => {
    const done = writer('host: C', '0');
    for (;;) {
      const text = await configText(pipe).catch(() => undefined); // not open for writing yet
      if (text === undefined) continue;
      expect(text).toBe('host: C');
      break;
    }
    done.kill();
  });
});
