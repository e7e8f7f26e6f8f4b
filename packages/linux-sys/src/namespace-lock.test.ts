import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireNamespaceLock } from './namespace-lock.js';
import { networkNamespace } from './network-namespace.js';

const HOLDER = `
import { acquireNamespaceLock } from ${JSON.stringify(fileURLToPath(new URL('namespace-lock.ts', import.meta.url)))};
console.log(Object.keys(acquireNamespaceLock('port/7', process.argv.at(-1))).join());
setInterval(() => {}, 1000);
`;

describe.skipIf(process.platform !== 'linux')('acquireNamespaceLock', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nic-herald-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const acquire = (name: string) => acquireNamespaceLock(name, directory);
  const held = { heldBy: { pid: process.pid, uid: process.geteuid?.() } };
  const file = () => join(directory, `${networkNamespace().replace(/\D/g, '')}-port-7.lock`);

  it('does not follow a symbolic link', () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'of somebody');
    symlinkSync(target, file());
    expect(() => acquire('port/7')).toThrow('ELOOP');
  });

  it('gives a lock once, tells who has it, and gives it again after release, leaving no file', () => {
    const first = acquire('port/7');
    if ('heldBy' in first) throw new TypeError('the lock is taken');
    expect(acquire('port/7')).toEqual(held);
    first.release();
    first.release();
    expect(readdirSync(directory)).toEqual([]);
    const second = acquire('port/7');
    expect(second).not.toHaveProperty('heldBy');
    first.release(); // nothing any more
    expect(acquire('port/7')).toEqual(held);
    if ('release' in second) second.release();
  });

  it('takes no word for a lock: a file that a killed process left is none', () => {
    writeFileSync(file(), '1 0\n');
    const lock = acquire('port/7');
    expect(lock).not.toHaveProperty('heldBy');
    if ('release' in lock) lock.release();
  });

  it('goes with its holder, however that dies', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=nic-herald:source', '--import', 'tsx', '--input-type=module', '-e', HOLDER, directory],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(said)).toBe('release\n');
    expect(acquire('port/7')).toEqual({ heldBy: { pid: child.pid, uid: process.geteuid?.() } });
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const lock = acquire('port/7');
    expect(lock).not.toHaveProperty('heldBy');
    if ('release' in lock) lock.release();
  }, 90_000);

  it('keeps locks of different names apart', () => {
    const locks = ['a', 'ab'].map((one) => acquire(one));
    for (const lock of locks) {
      expect(lock).not.toHaveProperty('heldBy');
      if ('release' in lock) lock.release();
    }
  });
});
