import { describe, expect, it } from 'vitest';
import { ArmedAnnouncement } from './armed-announcement.js';
import { firingEntry, u64 } from './armed-entries.js';

/** A kernel that sends one frame each time it is looked at, until it is told to stop. */
class SendingKernel {
  readonly taken: boolean[] = [];
  sent = 0;
  isArmed = false;
  isStopped = false;
  time = 0;
  lost = false;
  /** Called when user space looks. */
  onLook = (): void => {};

  constructor(readonly count: number) {}

  get announcement(): ArmedAnnouncement {
    const maps = {
      tokens: {
        delete: () => {
          const was = this.isArmed;
          this.isArmed = false;
          return was;
        },
      },
      stopped: {
        set: () => {
          this.isStopped = true;
        },
      },
      firings: {
        get: () => {
          this.onLook();
          return this.entry();
        },
      },
    };
    return new ArmedAnnouncement(1n, this.count, {
      maps: maps as unknown as ConstructorParameters<typeof ArmedAnnouncement>[2]['maps'],
      now: () => 1000,
      elapsed: () => this.time,
      isLost: () => this.lost,
      taken: (isSettled) => this.taken.push(isSettled),
    });
  }

  private entry(): Uint8Array {
    const entry = firingEntry({ ifindex: 1, count: this.count, ungranted: 0, holdNs: 0 });
    const isDone = this.sent === this.count || (this.isStopped && this.answersStop);
    const now = process.hrtime.bigint();
    entry.set(u64(now), 16);
    entry.set(u64(isDone ? now : 0n), 24);
    new DataView(entry.buffer).setUint32(32, this.sent, true);
    new DataView(entry.buffer).setUint32(40, isDone && this.sent < this.count ? 4 : 1, true);
    return entry;
  }

  /** False where the rest of it was dropped on its way. */
  answersStop = true;
}

describe('taking what is armed', () => {
  it('is the agent\u2019s where it is still armed, and waits for nothing', () => {
    const kernel = new SendingKernel(3);
    kernel.isArmed = true;
    const { announcement } = kernel;
    expect([announcement.take(), announcement.take(), kernel.taken]).toEqual([
      { firedBy: 'agent' },
      { firedBy: 'agent' },
      [true],
    ]);
  });

  it('waits for frames that are leaving', () => {
    const kernel = new SendingKernel(300);
    kernel.onLook = () => {
      kernel.sent = Math.min(300, kernel.sent + 10);
      kernel.time += 0.01;
    };
    kernel.lost = true;
    const taken = kernel.announcement.take();
    expect(taken).toMatchObject({ firedBy: 'kernel', sent: 300, isLost: true });
    expect(taken).not.toHaveProperty('shortfall');
    expect(kernel.isStopped).toBe(false);
  });

  it.each([
    ['after as long as sending them would take', false],
    ['at once where they are unwanted', true],
  ])('ends them %s', (_, unwanted) => {
    const kernel = new SendingKernel(1000);
    kernel.onLook = () => {
      if (!kernel.isStopped) kernel.sent += 1;
      kernel.time += 0.1;
    };
    expect(kernel.announcement.take({ unwanted })).toMatchObject({
      firedBy: 'kernel',
      sent: kernel.sent,
      shortfall: 'it took too long, and was ended',
    });
    expect(kernel.sent).toBeLessThan(unwanted ? 3 : 40);
    expect(kernel.taken).toEqual([true]);
  });

  it('tells what left by when it was ended, also where this process had no processor meanwhile', () => {
    const kernel = new SendingKernel(1000);
    let looks = 0;
    kernel.onLook = () => {
      looks += 1;
      if (!kernel.isStopped) kernel.sent += looks === 1 ? 1 : 100;
      kernel.time += looks === 1 ? 0 : 50; // more than all it would wait
    };
    const taken = kernel.announcement.take();
    expect(kernel.isStopped).toBe(true);
    expect(taken).toMatchObject({ firedBy: 'kernel', sent: kernel.sent });
  });

  it('gives up where the rest was dropped on its way, with what left', () => {
    const kernel = new SendingKernel(100);
    kernel.answersStop = false;
    kernel.sent = 7;
    kernel.onLook = () => {
      kernel.time += 0.1;
    };
    expect(kernel.announcement.take()).toMatchObject({ sent: 7, shortfall: 'it did not end in time' });
    expect(kernel.taken).toEqual([false]);
  });
});
