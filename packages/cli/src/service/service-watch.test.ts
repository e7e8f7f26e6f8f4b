import type { HostStats } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { ServiceWatch } from './service-watch.js';

const part = (name: string, ready = true) =>
  ready ? { name, ready, message: '' } : { name, ready, code: 'HERALD_TIMEOUT' as const, message: '' };

const watched = (watchdogMs?: number) => {
  const clock = new FakeClock(0);
  const told: string[] = [];
  const stats = {
    guests: { byPhase: { running: 1 } },
    parts: { monitors: [part('qemu')], handoffStores: [part('directory')], sinks: [part('linux')] },
    pacer: { backlog: 0 },
    frames: { sent: 0 },
  };
  const watch = new ServiceWatch(
    {
      ...(watchdogMs === undefined ? {} : { watchdogMs }),
      alive: () => void told.push(`alive@${clock.now()}`),
      status: (status: string) => void told.push(`${status}@${clock.now()}`),
    } as ConstructorParameters<typeof ServiceWatch>[0],
    { stats: () => structuredClone(stats) as unknown as HostStats },
    clock,
  );
  return { clock, told, stats, watch };
};

describe('what the service manager is told while the agent runs', () => {
  it('is not that it is well, while frames wait and none leaves', async () => {
    const { clock, told, stats, watch } = watched(30_000);
    await watch.start();
    stats.pacer.backlog = 5;
    await clock.advance(15_000);
    expect(told.splice(0), 'the first look knows of no other').toEqual(['1 guest@15000', 'alive@15000']);
    await clock.advance(30_000);
    expect(told.splice(0)).toEqual(['5 frames wait and none leaves@30000']);
    stats.pacer.backlog = 4;
    await clock.advance(15_000);
    expect(told.splice(0)).toEqual(['1 guest@60000', 'alive@60000']);
  });

  it.each([
    ['a backlog as long as before, of other frames', { backlog: 5, sent: 7 }],
    ['a backlog that grows', { backlog: 6, sent: 0 }],
    ['no backlog', { backlog: 0, sent: 0 }],
  ])('is that it is well with %s', async (_, { backlog, sent }) => {
    const { clock, told, stats, watch } = watched(30_000);
    await watch.start();
    stats.pacer.backlog = 5;
    await clock.advance(15_000);
    stats.pacer.backlog = backlog;
    stats.frames.sent = sent;
    await clock.advance(15_000);
    expect(told).toEqual(['1 guest@15000', 'alive@15000', 'alive@30000']);
  });

  it('is that it is well though a hand-off is not ready, and which', async () => {
    const { clock, told, stats, watch } = watched(30_000);
    await watch.start();
    stats.parts.handoffStores = [part('directory', false)];
    await clock.advance(15_000);
    expect(told).toEqual(['1 guest; not ready: directory@15000', 'alive@15000']);
  });

  it('is only how it stands, where nobody waits for more', async () => {
    const { clock, told, watch } = watched();
    await watch.start();
    await clock.advance(60_000);
    expect(told).toEqual(['1 guest@15000']);
  });

  it('is nothing after the end', async () => {
    const { clock, told, watch } = watched(30_000);
    await watch.start();
    await watch.close();
    await clock.advance(60_000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
