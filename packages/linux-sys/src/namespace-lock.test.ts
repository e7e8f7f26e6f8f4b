import { describe, expect, it } from 'vitest';
import { acquireNamespaceLock } from './namespace-lock.js';

describe.skipIf(process.platform !== 'linux')('acquireNamespaceLock', () => {
  const name = `nic-herald/test/${process.pid}`;
  const held = { heldBy: { pid: process.pid, uid: process.getuid?.() } };

  it('gives a lock once, tells who has it, and gives it again after release', () => {
    const first = acquireNamespaceLock(name);
    if ('heldBy' in first) throw new TypeError('the lock is taken');
    expect(acquireNamespaceLock(name)).toEqual(held);
    first.release();
    first.release();
    const second = acquireNamespaceLock(name);
    expect(second).not.toHaveProperty('heldBy');
    if ('release' in second) second.release();
  });

  it('answers many who ask without blocking', () => {
    const lock = acquireNamespaceLock(`${name}/busy`);
    for (let count = 0; count < 300; count++) expect(acquireNamespaceLock(`${name}/busy`)).toEqual(held);
    if ('release' in lock) lock.release();
  });

  it('keeps locks of different names apart', () => {
    const locks = ['a', 'ab'].map((one) => acquireNamespaceLock(`${name}/${one}`));
    for (const lock of locks) {
      expect(lock).not.toHaveProperty('heldBy');
      if ('release' in lock) lock.release();
    }
  });
});
