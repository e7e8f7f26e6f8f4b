import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import type { BridgePicture, LearnedAt } from './bridge-picture.js';
import { sightingsIn } from './sightings.js';
import type { Speaker } from './speaker.js';

const MAC = MacAddress.of('52:54:00:00:00:01');
const OTHER = MacAddress.of('52:54:00:00:00:02');
const IP = IpAddress.of('192.0.2.1');
/** Guests' ports: untagged in VLAN 7, in VLAN 1, in none. And an uplink: untagged in VLAN 1. */
const [TAP7, TAP1, TAP0, UPLINK] = [3, 4, 5, 6];
const GONE = 9;

const picture = (more: Partial<BridgePicture>): BridgePicture => ({
  takenAt: 1000,
  vlanAware: true,
  ports: [],
  portNames: new Map([
    [TAP7, 'tap7'],
    [TAP1, 'tap1'],
    [TAP0, 'tap0'],
    [UPLINK, 'eth0'],
  ]),
  untaggedVlans: new Map([
    [TAP7, 7],
    [TAP1, 1],
    [UPLINK, 1],
  ]),
  learned: new Map(),
  speakers: new Map(),
  hostMacs: [],
  hostAddresses: [],
  ...more,
});
const asked = { macs: new Set([MAC]), addresses: new Set([IP]) };
const learnedAt = (at: Partial<LearnedAt>) => new Map([[MAC, [{ portIndex: UPLINK, ageMs: 40, ...at }]]]);
const spokenBy = (at: Partial<Speaker>) =>
  new Map([[IP, [{ mac: OTHER, proof: 'asserted' as const, portIndex: UPLINK, ageMs: 40.4, ...at }]]]);

describe('sightingsIn', () => {
  it.each<[string, Partial<LearnedAt>, number, object | undefined]>([
    ['in the VLAN that is untagged where it was asked', { vlan: 7 }, TAP7, { port: 'eth0' }],
    ['in another', { vlan: 1 }, TAP7, { port: 'eth0', vlan: 1 }],
    ['in the VLAN that is untagged elsewhere', { vlan: 7 }, TAP1, { port: 'eth0', vlan: 7 }],
    ['where nothing is untagged at the port', { vlan: 7 }, TAP0, { port: 'eth0', vlan: 7 }],
    ['at the port that asked', { vlan: 7, portIndex: TAP7 }, TAP7, { port: 'tap7' }],
    ['from before the bridge looked at VLANs', {}, TAP7, { port: 'eth0', vlanUnknown: true }],
    ['at a port that is gone', { vlan: 7, portIndex: GONE }, TAP7, undefined],
  ])('tells of a MAC %s', (_what, at, askedAt, expected) => {
    const sightings = sightingsIn(picture({ learned: learnedAt(at) }), asked, askedAt, 1005);
    expect(sightings).toEqual(expected === undefined ? [] : [{ mac: MAC, ageMs: 45, ...expected }]);
  });

  it('does not know the VLAN of a MAC where the bridge does not look at any', () => {
    const unaware = picture({ vlanAware: false, untaggedVlans: new Map(), learned: learnedAt({}) });
    expect(sightingsIn(unaware, asked, TAP7, 1000)).toEqual([
      { mac: MAC, port: 'eth0', ageMs: 40, vlanUnknown: true },
    ]);
  });

  it.each<[string, Partial<Speaker>, number, object | undefined]>([
    ['untagged, where that is another VLAN to the port that asked', {}, TAP7, { vlan: 1 }],
    ['untagged, where that is the same', {}, TAP1, {}],
    ['with the tag that is untagged to the port that asked', { vlan: VlanId.of(7) }, TAP7, {}],
    ['with another tag', { vlan: VlanId.of(8) }, TAP7, { vlan: 8 }],
    ['untagged, where the bridge takes no such frame', { portIndex: TAP0 }, TAP7, undefined],
    ['at a port that is gone', { portIndex: GONE }, TAP7, undefined],
    ['twice', { earlierAgeMs: 90 }, TAP1, { earlierAgeMs: 95 }],
  ])('tells of who spoke %s', (_what, by, askedAt, expected) => {
    const sightings = sightingsIn(picture({ speakers: spokenBy(by) }), asked, askedAt, 1005);
    const port = 'eth0';
    const told = { mac: OTHER, address: IP, proof: 'asserted', port, ageMs: 45, ...expected };
    expect(sightings).toEqual(expected === undefined ? [] : [told]);
  });

  it('tells the tag of who spoke where the bridge does not look at any', () => {
    const unaware = picture({
      vlanAware: false,
      untaggedVlans: new Map(),
      speakers: spokenBy({ vlan: VlanId.of(7) }),
    });
    expect(sightingsIn(unaware, asked, TAP7, 1000)).toMatchObject([{ mac: OTHER, vlan: 7 }]);
  });

  it('tells no more than 65 536, and of nothing that was not asked about', () => {
    const macs = Array.from({ length: 20 }, (_, index) =>
      MacAddress.of(`52:54:00:00:01:${(index + 16).toString(16)}`),
    );
    const places = Array.from({ length: 4094 }, (_, index) => ({
      portIndex: UPLINK,
      vlan: index + 1,
      ageMs: 0,
    }));
    const big = picture({ learned: new Map(macs.map((mac) => [mac, places])) });
    const all = { macs: new Set(macs), addresses: new Set<IpAddress>() };
    expect(sightingsIn(big, all, TAP7, 1000).length).toBe(65_536);
    expect(sightingsIn(big, asked, TAP7, 1000)).toEqual([]);
  });
});
