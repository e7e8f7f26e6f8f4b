import { HeraldError } from '@nic-herald/core';
import type { Capability } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { missingCapabilities, sinkUnavailable } from './sink-unavailable.js';

describe('missingCapabilities', () => {
  it.each<[Capability[], Capability[]]>([
    [[], ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_BPF']],
    [['CAP_NET_ADMIN', 'CAP_NET_RAW'], ['CAP_BPF']],
    [['CAP_SYS_ADMIN'], ['CAP_NET_ADMIN', 'CAP_NET_RAW']],
    [['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_BPF'], []],
    [['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_ADMIN'], []],
  ])('of a process that holds %j', (held, missing) => {
    expect(missingCapabilities(new Set(held))).toEqual(missing);
  });
});

describe('sinkUnavailable', () => {
  it('passes an error that already says what to do', () => {
    const busy = new HeraldError('HERALD_SINK_BUSY', 'process 1 injects');
    expect(sinkUnavailable(busy)).toBe(busy);
  });

  it('keeps anything else as the cause', () => {
    const cause = new TypeError('x');
    expect(sinkUnavailable(cause)).toMatchObject({ code: 'HERALD_SINK_UNAVAILABLE', cause });
  });
});
