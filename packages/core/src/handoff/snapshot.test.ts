import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { parseSnapshot } from './parse-snapshot.js';
import { headOf, type Snapshot } from './snapshot.js';

const nic = {
  id: 'nic0',
  primaryMac: '52:54:00:00:00:01',
  model: 'virtio-net',
  learned: [{ station: { mac: '52:54:00:00:00:02', vlan: 10 }, ageMs: 12.5 }],
};
const valid = { format: 1, guest: 'name:web-1', host: 'A', epoch: 3, nics: [nic] };
const origin = {
  writtenAt: 1_700_000_000_000.25,
  writer: { agent: '4f1c-2' },
  process: { bootId: '6f1f2c1e-7d3a-4b7e-9a55-2f0d8f1f6f01', pid: 4711, startTicks: 81_234 },
  residence: 'resident',
  moves: [1_700_000_000_000],
};

describe('headOf', () => {
  it('tells who owns which primary MAC', () => {
    const snapshot = parseSnapshot(valid) as Snapshot;
    expect(headOf(snapshot)).toEqual({
      guest: 'name:web-1',
      host: 'A',
      epoch: 3,
      primaryMacs: [MacAddress.of(nic.primaryMac)],
    });
    expect(VlanId.is(snapshot.nics[0]?.learned[0]?.station.vlan)).toBe(true);
  });

  it('tells who wrote it and when, and nothing else of where it was', () => {
    const { writtenAt, writer } = origin;
    const head = headOf(parseSnapshot({ ...valid, ...origin }) as Snapshot);
    expect(head).toStrictEqual({ ...headOf(parseSnapshot(valid) as Snapshot), writtenAt, writer });
  });

  it('has no member for what an older version did not write', () => {
    expect(Object.keys(headOf(parseSnapshot(valid) as Snapshot))).toEqual([
      'guest',
      'host',
      'epoch',
      'primaryMacs',
    ]);
  });
});
