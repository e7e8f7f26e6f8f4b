import type { LinkInfo } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { MAX_WATCHED_PORTS, portsToWatch } from './watched-ports.js';

const port = (index: number, kind?: string): LinkInfo => ({
  index,
  name: `p${index}`,
  up: true,
  carrier: true,
  operState: 'up',
  ...(kind !== undefined && { kind }),
});
const NOW = 5000;

describe('portsToWatch', () => {
  it.each<[string, LinkInfo[], number[], [number, number][], number[]]>([
    ['none of none', [], [], [], []],
    ['an uplink at once', [port(1)], [], [], [1]],
    ['no tap that is new', [port(1, 'tun')], [], [], []],
    ['no tap that was seen less than a second ago', [port(1, 'tun')], [], [[1, NOW - 999]], []],
    ['a tap after a second', [port(1, 'tun')], [], [[1, NOW - 1000]], [1]],
    [
      'no guest’s port, uplink or tap',
      [port(1, 'veth'), port(2, 'tun')],
      [1, 2],
      [
        [1, 0],
        [2, 0],
      ],
      [],
    ],
  ])('watches %s', (_what, ports, guests, since, expected) => {
    expect([...portsToWatch(ports, new Set(guests), new Map(since), NOW)]).toEqual(expected);
  });

  it('watches uplinks first where there are too many', () => {
    const taps = Array.from({ length: 100 }, (_, index) => port(index + 1, 'tun'));
    const since = new Map(taps.map(({ index }) => [index, 0]));
    const chosen = [...portsToWatch([...taps, port(500), port(501, 'veth')], new Set(), since, NOW)];
    expect(chosen.length).toBe(MAX_WATCHED_PORTS);
    expect(chosen.slice(0, 4)).toEqual([500, 501, 1, 2]);
  });
});
