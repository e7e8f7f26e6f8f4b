import type { ArmedFrames, Taken } from '@nic-herald/core';
import { expect, it } from 'vitest';
import type { ReadyBatch } from './announcement-round.js';
import { KernelLead } from './kernel-lead.js';

const READY: ReadyBatch = {
  ...{ nic: 'nic0', frames: ['a', 'b'], primaries: 1, firsts: 2 },
  batch: { send: () => ({ accepted: 0 }) },
};
const FIRED = { firedBy: 'kernel', sent: 2, drawn: 8, firedAt: 5, lastAt: 6, isLost: false } as const;

const leadOf = (take: ArmedFrames['take']) => {
  const settled: Taken[] = [];
  return {
    settled,
    lead: new KernelLead(READY, 2, { isSetOff: false, take }, (taken) => settled.push(taken)),
  };
};

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['gives nothing', () => undefined],
  ['gives something else', () => ({ firedBy: 'nobody' })],
  ['sent more than was armed', () => ({ ...FIRED, sent: 3 })],
  ['sent less than nothing', () => ({ ...FIRED, sent: -1 })],
  ['drew no number', () => ({ ...FIRED, drawn: Number.NaN })],
  ['knows no time', () => ({ ...FIRED, firedAt: undefined })],
])('leaves all to the agent where the sink %s', (_, take) => {
  const { lead, settled } = leadOf(take as ArmedFrames['take']);
  expect([lead.take(), settled]).toEqual([{ firedBy: 'agent' }, [{ firedBy: 'agent' }]]);
});

it('tells the same each time, and settles once', () => {
  let asked = 0;
  const { lead, settled } = leadOf(() => {
    asked += 1;
    return FIRED;
  });
  expect(lead.taken).toBeUndefined();
  expect([lead.take(), lead.take({ unwanted: true }), lead.taken]).toEqual([FIRED, FIRED, FIRED]);
  expect([asked, settled]).toEqual([1, [FIRED]]);
});

it.each<[string, object, boolean]>([
  ['is pending until it is set off', { isSetOff: false }, true],
  ['is not once it was', { isSetOff: true }, false],
  ['is not waited for where the sink does not know', {}, false],
  [
    'is not waited for where the sink throws',
    {
      get isSetOff() {
        throw new Error('no');
      },
    },
    false,
  ],
])('%s', (_, told, isPending) => {
  const armed = Object.defineProperty(told, 'take', { value: () => FIRED }) as unknown as ArmedFrames;
  expect(new KernelLead(READY, 2, armed, () => {}).isPending).toBe(isPending);
});

it('is not pending any more once it was taken', () => {
  const { lead } = leadOf(() => ({ firedBy: 'agent' }));
  expect(lead.isPending).toBe(true);
  lead.take();
  expect(lead.isPending).toBe(false);
});
