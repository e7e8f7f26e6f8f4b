import type { CarriedVlans, Port, Station } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { uncarried } from './uncarried.js';

const portOf = (carries?: CarriedVlans): Port => ({
  ...{ kind: 'tap', name: 'tap0' },
  attachment: { network: 'br0', ...(carries && { carries }) },
});
const TRUNK: CarriedVlans = { untagged: false, tagged: [[10, 20], [30, 30]] }; // biome-ignore format: pairs
const ACCESS: CarriedVlans = { untagged: 10, tagged: [[10, 10]] };

describe('uncarried', () => {
  it.each<[string, CarriedVlans, Station, string]>([
    ['untagged, where a tag is wanted', TRUNK, station(1), 'br0 drops untagged frames from tap0'],
    ['below a range', TRUNK, station(1, 9), 'br0 carries no frames of VLAN 9 from tap0'],
    ['between two', TRUNK, station(1, 25), 'br0 carries no frames of VLAN 25 from tap0'],
    ['beyond them', TRUNK, station(1, 31), 'br0 carries no frames of VLAN 31 from tap0'],
    [
      'tagged, where no tag is taken',
      { untagged: 10, tagged: [] },
      station(1, 10),
      'br0 carries no frames of VLAN 10 from tap0',
    ],
    ['the primary MAC', { untagged: false, tagged: [] }, station(0), 'br0 drops untagged frames from tap0'],
  ])('refuses a station: %s', (_what, carries, which, detail) => {
    expect(uncarried(portOf(carries), which)).toEqual({ reason: 'port-vlan', detail });
  });

  it('refuses a station whose MAC is not received there, and takes that one on each VLAN', () => {
    const port: Port = {
      ...{ kind: 'macvtap', name: 'macvtap0' },
      attachment: { network: 'eth0', receives: station(1).mac },
    };
    const detail = 'macvtap0 hands the guest frames for 52:54:00:00:00:01 alone';
    expect(uncarried(port, station(2))).toEqual({ reason: 'port-mac', detail });
    expect(uncarried(port, station(2, 9))).toEqual({ reason: 'port-mac', detail });
    expect([uncarried(port, station(1)), uncarried(port, station(1, 9))]).toEqual([undefined, undefined]);
  });

  it('names the switch where its network is not known', () => {
    const port: Port = {
      ...{ kind: 'tap', name: 'tap0' },
      attachment: { switch: 'Open vSwitch br-int', carries: ACCESS },
    };
    expect(uncarried(port, station(1, 9))?.detail).toBe(
      'Open vSwitch br-int carries no frames of VLAN 9 from tap0',
    );
  });

  it.each<[string, Port | undefined, Station]>([
    ['of a NIC without a port', undefined, station(1, 9)],
    ['at a port of which nothing is known', { kind: 'tap', name: 'tap0' }, station(1, 9)],
    ['at a port that carries all, or may', portOf(), station(1, 9)],
    ['untagged, in a VLAN of the bridge', portOf(ACCESS), station(1)],
    ['untagged, in none', portOf({ untagged: true, tagged: [] }), station(1)],
    ['tagged as its untagged ones are', portOf(ACCESS), station(1, 10)],
    ['first of a range', portOf(TRUNK), station(1, 10)],
    ['last of a range', portOf(TRUNK), station(1, 20)],
  ])('takes a station %s', (_what, port, which) => {
    expect(uncarried(port, which)).toBeUndefined();
  });
});
