import type { GuestMonitor, HeraldError, PartState } from '@nic-herald/core';
import type { PartHealth } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { SinkWatch } from '../announce/sink-watch.js';
import { HealthOfHost } from './host-health.js';

type Monitor = Pick<GuestMonitor, 'name' | 'state'>;
const WELL: PartHealth = { name: 'directory', ready: true, message: 'it answers' };
const LOST: PartState = { ready: false, code: 'HERALD_LIBVIRT_NO_SOCKET', message: 'gone' };

const healthOf = (monitors: readonly Monitor[], freshen = async (): Promise<void> => {}) => {
  const clock = new FakeClock();
  const sinks = new SinkWatch([], clock, () => {});
  const handoff = { health: [WELL], freshen };
  return { clock, health: new HealthOfHost({ host: 'A', monitors, handoff, sinks }, clock) };
};
const told = (monitor: unknown) => healthOf([monitor as Monitor]).health.parts.monitors;

describe('the health of a host', () => {
  it.each<[string, unknown, object]>([
    [
      'throws',
      {
        state: () => {
          throw new Error('broken');
        },
      },
      { ready: false, code: 'HERALD_MONITOR_FAULT', message: 'broken' },
    ],
    [
      'tells nonsense',
      { state: () => ({ ready: 'yes', code: 'no code', message: 7 }) },
      { ready: false, code: 'HERALD_MONITOR_FAULT', message: 'it does not say why' },
    ],
    ['tells a novel', { state: () => ({ ready: true, message: 'x'.repeat(9999) }) }, { ready: true }],
    ['cannot tell', {}, { ready: true, message: 'it does not tell' }],
    ['is lost', { state: () => LOST }, LOST],
  ])('holds a monitor that %s', (_, monitor, expected) => {
    const [only] = told({ name: 'm', ...(monitor as object) });
    expect(only).toMatchObject({ name: 'm', ...expected });
    expect(only?.message.length).toBeLessThanOrEqual(500);
  });

  it('is told though a store hangs, after two seconds', async () => {
    const { clock, health } = healthOf([], () => new Promise(() => {}));
    const asked = health.ask();
    await clock.advance(2001);
    expect(await asked).toMatchObject({ state: 'starting', handoffStores: [WELL] });
  });

  it('asks the stores once for all who ask at the same time, and none once it is closed', async () => {
    let asked = 0;
    const { health } = healthOf([], async () => {
      asked += 1;
    });
    await Promise.all([health.ask(), health.ask()]);
    expect(asked).toBe(1);
    health.state = 'closed';
    expect(await health.ask()).toMatchObject({ state: 'closed' });
    expect(asked).toBe(1);
  });

  it('has what sinks say of themselves', () => {
    let tell: (state: PartState) => void = () => {};
    const watched = {
      name: 'tap',
      watch: (told: (state: PartState) => void) => {
        tell = told;
        return () => {};
      },
    };
    const warnings: HeraldError[] = [];
    const watch = new SinkWatch([watched, { name: 'mute' }], new FakeClock(), (each) => warnings.push(each));
    const [tap, mute] = watch.health;
    expect([tap?.ready, mute?.ready]).toEqual([true, true]);
    tell({ ready: false, code: 'HERALD_SINK_LOST', message: 'it ended' });
    expect(watch.health[0]).toEqual({
      name: 'tap',
      ready: false,
      code: 'HERALD_SINK_LOST',
      message: 'it ended',
    });
    tell({ ready: true, message: 'again' });
    expect(watch.health[0]).toMatchObject({ ready: true });
  });
});
