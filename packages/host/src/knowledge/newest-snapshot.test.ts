import {
  type GuestKey,
  type HandoffEntry,
  HeraldError,
  type NicSnapshot,
  type Snapshot,
  stationOf,
} from '@nic-herald/core';
import { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { NO_HANDOFF, readHandoff } from './newest-snapshot.js';

const entry = (host: string, epoch: number): HandoffEntry => ({
  host,
  snapshot: { format: 1, guest: 'name:web-1' as GuestKey, host, epoch, nics: [] } satisfies Snapshot,
});
const MAC = MacAddress.of('52:54:00:00:00:01');
const problem = new HeraldError('HERALD_SNAPSHOT_INVALID', 'not a snapshot');

describe('readHandoff, on host A', () => {
  it.each<[string, HandoffEntry[], 'incoming' | 'running', string | undefined, number]>([
    ['nothing', [], 'incoming', undefined, 0],
    ['nothing that can be read', [{ host: 'B', problem }], 'incoming', undefined, 0],
    ['the highest epoch, its own', [entry('A', 3), entry('B', 2)], 'incoming', 'A', 3],
    ["the highest epoch, another's", [entry('A', 2), entry('B', 3)], 'running', 'B', 3],
    [
      'another host of the same epoch, for a guest that comes',
      [entry('A', 2), entry('B', 2)],
      'incoming',
      'B',
      2,
    ],
    ['its own of the same epoch, for a guest that runs', [entry('B', 2), entry('A', 2)], 'running', 'A', 2],
    ['the first by name of two others', [entry('C', 2), entry('B', 2)], 'incoming', 'B', 2],
    ['what can be read beside what cannot', [{ host: 'C', problem }, entry('B', 0)], 'running', 'B', 0],
  ])('believes %s', (_, entries, guestIs, host, epoch) => {
    for (const order of [entries, entries.toReversed()]) {
      const reading = readHandoff(order, 'A', guestIs);
      expect([reading.newest?.host, reading.epoch]).toEqual([host, epoch]);
    }
  });

  it('has addresses grow older while they are stored, and stations not', () => {
    const [station, address] = [stationOf(MAC), Ipv4Address.of('10.0.0.1')];
    const nic = (ageMs: number): NicSnapshot => ({
      id: 'nic0',
      primaryMac: MAC,
      model: 'fake-card',
      learned: [
        { station, ageMs: 5, addresses: [{ address, proof: 'asserted', ageMs }] },
        { station: stationOf(MAC, VlanId.of(10)), ageMs: 5 },
      ],
    });
    const { snapshot } = entry('B', 2) as Extract<HandoffEntry, { readonly snapshot: Snapshot }>;
    const stored = { host: 'B', snapshot: { ...snapshot, nics: [nic(7)] } };
    expect(readHandoff([{ ...stored, ageMs: 1000 }], 'A', 'incoming').newest?.nics).toEqual([nic(1007)]);
    expect(readHandoff([stored], 'A', 'incoming').newest?.nics).toEqual([nic(7)]);
  });

  it('tells of all hosts, and of what cannot be read', () => {
    const reading = readHandoff([entry('A', 1), { host: 'C', problem }, entry('B', 2)], 'A', 'running');
    expect(reading).toMatchObject({
      snapshots: [
        { host: 'A', epoch: 1 },
        { host: 'B', epoch: 2 },
      ],
      problems: [problem],
    });
    expect(readHandoff([], 'A', 'running')).toEqual(NO_HANDOFF);
  });
});
