import { describe, expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.js';

describe('SerialQueue', () => {
  it('does one after another, also after one that failed', async () => {
    const queue = new SerialQueue('the test');
    const done: string[] = [];
    let finish = (): void => {};
    const first = queue.run(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      done.push('first');
    });
    const second = queue.run(() => Promise.reject(new Error('no')));
    const third = queue.run(async () => done.push('third'));
    await Promise.resolve();
    await Promise.resolve();
    expect(done).toEqual([]);
    finish();
    await expect(second).rejects.toThrow('no');
    await expect(third).resolves.toBe(2);
    await first;
    expect(done).toEqual(['first', 'third']);
  });

  it('begins nothing once closed, and waits for what is under way', async () => {
    const queue = new SerialQueue('the test');
    let finish = (): void => {};
    let isDone = false;
    const first = queue.run(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      isDone = true;
    });
    const second = expect(queue.run(async () => {})).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
    await Promise.resolve();
    await Promise.resolve();
    const closed = queue.close().then(() => isDone);
    finish();
    await first;
    await second;
    await expect(closed).resolves.toBe(true);
    await expect(queue.run(async () => {})).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
  });
});
