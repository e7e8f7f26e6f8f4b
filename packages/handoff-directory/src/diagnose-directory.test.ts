import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryHandoff } from './directory-handoff-plugin.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'handoff-diagnose-'));
});
afterEach(() => rm(root, { recursive: true }));

const diagnose = async (directory: string, signal = AbortSignal.timeout(5000)) =>
  (await directoryHandoff({ directory }).diagnose?.({ signal })) ?? [];

describe('a hand-off directory', () => {
  it('that is a file cannot be used', async () => {
    await writeFile(join(root, 'file'), '');
    expect(await diagnose(join(root, 'file'))).toEqual([
      expect.objectContaining({
        level: 'problem',
        code: 'HERALD_HANDOFF_DIRECTORY',
        what: `the hand-off directory ${join(root, 'file')} cannot be used: it is no directory`,
      }),
    ]);
  });

  it('below a file cannot be used', async () => {
    await writeFile(join(root, 'file'), '');
    expect(await diagnose(join(root, 'file', 'in'))).toMatchObject([{ level: 'problem' }]);
  });

  it('that everybody can write to is not used', async () => {
    await chmod(root, 0o777);
    expect(await diagnose(root)).toMatchObject([
      {
        level: 'problem',
        what: expect.stringMatching(/everybody.*chmod/) as string,
      },
    ]);
  });

  it('that is not there is a problem, and is not made by looking', async () => {
    expect(await diagnose(join(root, 'a', 'b'))).toMatchObject([
      {
        level: 'problem',
        what: `${join(root, 'a', 'b')} cannot be used: it is not there`,
        code: 'HERALD_HANDOFF_DIRECTORY',
      },
    ]);
    expect(await readdir(root)).toEqual([]);
  });

  it('that hangs is given up', async () => {
    await expect(diagnose(root, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });

  it('that is sound is told with its file system and its time, and nothing stays in it', async () => {
    const findings = await diagnose(root);
    expect(findings[0]).toEqual({ level: 'ok', what: `${root} can be read and written` });
    expect(findings.at(-1)).toEqual({ level: 'ok', what: "its storage has this host's time" });
    expect(findings.every(({ level }) => level !== 'problem')).toBe(true);
    expect(await readdir(root)).toEqual([]);
  });
});
