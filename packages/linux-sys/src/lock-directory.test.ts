import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './lock-directory.js';

const uid = process.geteuid?.() ?? 0;

describe.skipIf(process.platform !== 'linux')('lockDirectory', () => {
  let base: string;
  let system: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'nic-herald-locks-'));
    system = join(base, 'nic-herald');
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it.each<[string, (locks: string) => void, string]>([
    ['a symbolic link', (locks) => symlinkSync(base, locks), 'is a symbolic link'],
    ['a file', (locks) => writeFileSync(locks, ''), 'is no directory'],
    [
      'open to a group',
      (locks) => chmodSync(mkdirSync(locks, { recursive: true }) ?? locks, 0o750),
      'has mode 750',
    ],
    [
      'open to all',
      (locks) => chmodSync(mkdirSync(locks, { recursive: true }) ?? locks, 0o777),
      'has mode 777',
    ],
  ])('refuses what is there: %s', (_what, prepare, words) => {
    mkdirSync(system, { mode: 0o755 });
    prepare(join(system, 'locks'));
    expect(() => lockDirectory({ uid, env: {} }, system)).toThrow(
      expect.objectContaining({
        code: 'HERALD_LOCK_DIRECTORY',
        message: expect.stringContaining(words) as string,
      }) as Error,
    );
  });

  it('refuses a parent that others may write to, or that is a symbolic link', () => {
    mkdirSync(system);
    chmodSync(system, 0o777);
    expect(() => lockDirectory({ uid, env: {} }, system)).toThrow('has mode 777');
    symlinkSync(base, join(base, 'link'));
    expect(() => lockDirectory({ uid, env: {} }, join(base, 'link'))).toThrow('is a symbolic link');
  });

  it("refuses another user's", () => {
    mkdirSync(join(system, 'locks'), { recursive: true, mode: 0o700 });
    expect(() => lockDirectory({ uid: uid + 1, env: {} }, system)).toThrow(`belongs to user ${uid}`);
  });

  it('refuses where it can be made nowhere', () => {
    const missing = join(base, 'none', 'nic-herald');
    expect(() => lockDirectory({ uid, env: { XDG_RUNTIME_DIR: join(base, 'none') } }, missing)).toThrow(
      'ENOENT',
    );
  });

  it('makes it for its user alone, and takes it again', () => {
    expect(lockDirectory({ uid, env: {} }, system)).toBe(join(system, 'locks'));
    expect(lockDirectory({ uid, env: {} }, system)).toBe(join(system, 'locks'));
    expect(lstatSync(join(system, 'locks')).mode & 0o777).toBe(0o700);
  });

  it("is the user's own where the machine's cannot be made", () => {
    const env = { XDG_RUNTIME_DIR: base };
    expect(lockDirectory({ uid, env }, join(base, 'none', 'nic-herald'))).toBe(
      join(base, 'nic-herald', 'locks'),
    );
  });
});
