import { expect, it } from 'vitest';
import { ArmRefusals } from './arm-refusals.js';

const REFUSED = { code: 'HERALD_TRIGGER_REFUSED', refusal: 'another has it' } as const;
const UNAVAILABLE = { code: 'HERALD_TRIGGER_UNAVAILABLE', refusal: 'the kernel is too old' } as const;

it('has each refusal told once of a port, and once of all where it is not of the port', () => {
  const told = new ArmRefusals();
  const asked = [
    told.isNews('tap0', REFUSED),
    told.isNews('tap0', { ...REFUSED, refusal: 'yet another has it' }),
    told.isNews('tap1', REFUSED),
    told.isNews('tap0', UNAVAILABLE),
    told.isNews('tap1', UNAVAILABLE),
    told.isNews('tap1', { ...UNAVAILABLE, refusal: 'no memory' }),
  ];
  expect(asked).toEqual([true, false, true, true, false, true]);
});

it('remembers no more than it has room for', () => {
  const told = new ArmRefusals();
  for (let port = 0; port <= 4096; port += 1) expect(told.isNews(`tap${port}`, REFUSED)).toBe(true);
  expect([told.isNews('tap4096', REFUSED), told.isNews('tap0', REFUSED)]).toEqual([false, true]);
});
