import { type Guest, type HeraldError, HeraldError as Problem } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { GuestWarnings } from './guest-warnings.js';

const guest = { instance: 'g#1', identity: { name: 'web-1' } } as Guest;
const problem = (code: HeraldError['code']): HeraldError => new Problem(code, `${code} in words`);

const watched = () => {
  const clock = new FakeClock();
  const bus = new IsolatingEventBus();
  const told: string[] = [];
  bus.on('warning', ({ warning }) => told.push(warning.code));
  const here = { runs: true };
  const warnings = new GuestWarnings(bus, guest, clock, () => here.runs);
  return { clock, told, here, warnings };
};

describe('a port that is gone', () => {
  it('is told of after a second, once, where the guest goes on', async () => {
    const { clock, told, warnings } = watched();
    warnings.tell(problem('HERALD_PORT_MISSING'));
    warnings.tell(problem('HERALD_PORT_MISSING'));
    expect(told).toEqual([]);
    await clock.advance(1000);
    expect(told).toEqual(['HERALD_PORT_MISSING']);
  });

  it.each<[string, (w: ReturnType<typeof watched>) => void]>([
    ['has left by then', ({ here }) => Object.assign(here, { runs: false })],
    ['is gone by then', ({ warnings }) => warnings.close()],
  ])('is no news of a guest that %s', async (_, change) => {
    const all = watched();
    all.warnings.tell(problem('HERALD_PORT_MISSING'));
    change(all);
    await all.clock.advance(5000);
    expect(all.told).toEqual([]);
  });

  it('is no news of a guest that has left before', async () => {
    const { clock, told, here, warnings } = watched();
    here.runs = false;
    warnings.tell(problem('HERALD_PORT_MISSING'));
    here.runs = true;
    await clock.advance(5000);
    expect(told).toEqual([]);
  });
});

it('tells of anything else at once', () => {
  const { told, warnings } = watched();
  warnings.tell(problem('HERALD_LEARNER_FAULT'));
  expect(told).toEqual(['HERALD_LEARNER_FAULT']);
});
