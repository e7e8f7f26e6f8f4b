import { stationKey, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { localEvidence } from './local-evidence.js';
import type { PortPicture } from './port-picture.js';

const MAC = MacAddress.of('52:54:00:00:00:01');
const untagged = stationOf(MAC);
const tagged = stationOf(MAC, VlanId.of(10));
const bridge = (over: Partial<Extract<PortPicture, { in: 'bridge' }>> = {}): PortPicture => ({
  in: 'bridge',
  forwards: true,
  learns: true,
  vlanAware: false,
  here: new Set([stationKey(untagged)]),
  elsewhere: new Map(),
  uplinks: [],
  ...over,
});

describe('localEvidence', () => {
  it.each<[string, typeof untagged, PortPicture | undefined, string, string | undefined]>([
    ['a port that cannot be looked at', untagged, undefined, 'cannot-tell', 'unavailable'],
    ['a port that is gone', untagged, { in: 'gone' }, 'no', 'no-port'],
    ['a port in no bridge', untagged, { in: 'nothing' }, 'no', 'no-bridge'],
    ['a port in some switch', untagged, { in: 'switch', uplinks: [] }, 'cannot-tell', 'switch'],
    ['a port that is blocked', untagged, bridge({ forwards: false }), 'no', 'not-forwarding'],
    ['a port at which nothing is learned', untagged, bridge({ learns: false }), 'cannot-tell', 'no-learning'],
    ['a station that is nowhere', untagged, bridge({ here: new Set() }), 'no', 'absent'],
    [
      'a station at another port',
      tagged,
      bridge({ here: new Set(), elsewhere: new Map([[stationKey(untagged), 'up0']]) }),
      'no',
      'elsewhere',
    ],
    ['its MAC, where VLANs are not kept', tagged, bridge(), 'yes', 'mac-only'],
    ['its MAC on another VLAN', tagged, bridge({ vlanAware: true }), 'no', 'absent'],
    [
      'the station itself',
      tagged,
      bridge({ vlanAware: true, here: new Set([stationKey(tagged)]) }),
      'yes',
      undefined,
    ],
  ])('judges %s', (_, station, picture, value, reason) => {
    expect(localEvidence(station, picture)).toEqual({ value, ...(reason !== undefined && { reason }) });
  });
});
