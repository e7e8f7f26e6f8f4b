import type { FrameGrant, Taken } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { KernelLoan } from './kernel-loan.js';

const kernel = (sent: number, drawn: number): Taken => ({
  ...{ firedBy: 'kernel', sent, drawn, firedAt: 0, lastAt: 0, isLost: false },
});
/** Takes and gives back what it is told, in grants of 8. */
const kernelGrant = () => {
  const grant = {
    held: 0,
    lend: (frames: number) => {
      const taken = Math.floor(frames / 8) * 8;
      grant.held += taken;
      return taken;
    },
    reclaim: () => {
      const { held } = grant;
      grant.held = 0;
      return held;
    },
  };
  return grant;
};

describe('KernelLoan', () => {
  it.each<[string, Partial<FrameGrant>]>([
    [
      'throws',
      {
        lend: () => {
          throw new Error('no');
        },
        reclaim: () => {
          throw new Error('no');
        },
      },
    ],
    ['says nothing', { lend: () => undefined as never, reclaim: () => 'all' as never }],
    ['says that it took less than nothing', { lend: () => -8, reclaim: () => -1 }],
    ['gives back what it was not lent', { lend: () => 0, reclaim: () => 1000 }],
  ])('lends and gets nothing where a sink %s', (_, over) => {
    const loan = new KernelLoan();
    loan.add({ ...kernelGrant(), ...over }, 1, () => {});
    expect([loan.lend(64), loan.out, loan.reclaim(0), loan.out]).toEqual([0, 0, 0, 0]);
  });

  it('takes no more for lent than there was', () => {
    const loan = new KernelLoan();
    loan.add({ lend: () => 1000, reclaim: () => 1000 }, 1, () => {});
    expect([loan.lend(64), loan.reclaim(0), loan.out]).toEqual([64, 64, 0]);
  });

  it('lends in equal shares to all sinks that draw, and all of it where one takes none', () => {
    const loan = new KernelLoan();
    const [one, two, none] = [kernelGrant(), kernelGrant(), { lend: () => 0, reclaim: () => 0 }];
    loan.add(none, 0, () => {});
    loan.add(undefined, 0, () => {});
    loan.add(one, 0, () => {});
    loan.add(one, 0, () => {});
    loan.add(two, 0, () => {});
    expect([loan.lend(64), one.held, two.held]).toEqual([64, 32, 32]);
  });

  it('has what was drawn paid by whoever tells of it, and that once', () => {
    const loan = new KernelLoan();
    const grant = kernelGrant();
    const owed: number[] = [];
    const settle = loan.add(grant, 1, (frames) => owed.push(frames));
    const other = loan.add(grant, 2, (frames) => owed.push(frames));
    loan.lend(32);
    grant.held -= 16;
    expect([loan.ungranted, loan.reclaim(0), loan.out]).toEqual([3, 16, 16]);
    settle(kernel(12, 16)); // 1 of them needed no grant
    settle(kernel(12, 16));
    other({ firedBy: 'agent' });
    expect([owed, loan.out, loan.ungranted, loan.isNeeded]).toEqual([[-4], 0, 0, false]);
  });

  it.each<[string, number, boolean, number]>([
    ['as long as it may have left within the last second', 999, true, 8],
    ['when that is longer ago', 1000, true, 0],
    ['when nothing is armed', 10, false, 0],
  ])('waits for word of what did not come back %s', (_, laterMs, isArmed, out) => {
    const loan = new KernelLoan();
    const grant = kernelGrant();
    const settle = loan.add(grant, 0, () => {});
    loan.lend(8);
    grant.held = 0; // its queue is gone, or somebody drew it
    loan.reclaim(0);
    expect(loan.out).toBe(8);
    if (!isArmed) settle({ firedBy: 'agent' });
    loan.reclaim(laterMs);
    expect(loan.out).toBe(out);
  });
});
