import type { HostHealth } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { readinessOf } from './readiness.js';

const well = (name: string) => ({ name, ready: true, message: 'well' }) as const;
const ill = (name: string) =>
  ({ name, ready: false, code: 'HERALD_SINK_LOST', message: 'web-1 is dark' }) as const;
const health = (over: Partial<HostHealth>): HostHealth => ({
  state: 'running',
  monitors: [well('qemu')],
  handoffStores: [well('directory')],
  sinks: [well('tap')],
  ...over,
});

describe('a host', () => {
  it.each<[string, Partial<HostHealth>, readonly object[]]>([
    ['starts', { state: 'starting' }, []],
    ['is closed', { state: 'closed' }, []],
    [
      'has a monitor that is lost',
      { monitors: [well('qemu'), ill('libvirt')] },
      [{ part: 'monitor', name: 'libvirt', code: 'HERALD_SINK_LOST' }],
    ],
    [
      'has lost its hand-off and its sink',
      { handoffStores: [ill('directory')], sinks: [ill('tap')] },
      [
        { part: 'handoff', name: 'directory', code: 'HERALD_SINK_LOST' },
        { part: 'sink', name: 'tap', code: 'HERALD_SINK_LOST' },
      ],
    ],
  ])('is not ready where it %s', (_, over, problems) => {
    expect(readinessOf(health(over))).toEqual({ ready: false, state: over.state ?? 'running', problems });
  });

  it.each<[string, Partial<HostHealth>]>([
    ['all is well', {}],
    ['it was composed without', { monitors: [], handoffStores: [], sinks: [] }],
  ])('is ready where %s', (_, over) => {
    expect(readinessOf(health(over))).toEqual({ ready: true, state: 'running', problems: [] });
  });
});
