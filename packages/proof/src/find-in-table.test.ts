import { stationKey, stationOf } from '@nic-herald/core';
import type { BridgeEntry } from '@nic-herald/linux-sys';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { findInTable } from './find-in-table.js';

const MAC = MacAddress.of('52:54:00:00:00:01');
const PORT = 7;
const UNTAGGED = stationKey(stationOf(MAC));
const TAGGED = stationKey(stationOf(MAC, VlanId.of(30)));
const entry = (over: Partial<BridgeEntry> = {}): BridgeEntry => ({
  address: Uint8Array.of(0x52, 0x54, 0, 0, 0, 1),
  ageMs: 0,
  bridgeIndex: 2,
  origin: 'learned',
  portIndex: PORT,
  ...over,
});

describe('findInTable', () => {
  it.each<[string, BridgeEntry, readonly string[]]>([
    ['one without a VLAN', entry(), [UNTAGGED]],
    ['one in the VLAN that the port hands out without a tag', entry({ vlan: 10 }), [UNTAGGED]],
    ['one in another VLAN', entry({ vlan: 30 }), [TAGGED]],
    ['one that was put there and not learned', entry({ origin: 'placed' }), [UNTAGGED]],
    ["none that is the host's own", entry({ origin: 'own' }), []],
    ['none in a VLAN that was not asked for', entry({ vlan: 31 }), []],
    ['none of another MAC', entry({ address: Uint8Array.of(0x52, 0x54, 0, 0, 0, 2) }), []],
  ])('finds %s', async (_, given, found) => {
    const sought = { stations: new Set([UNTAGGED, TAGGED]), untagged: 10 };
    expect([...(await findInTable([[given]], sought))]).toEqual(found.map((key) => [key, PORT]));
  });

  it('reads nothing where it looks for nothing', async () => {
    const table: Iterable<never> = {
      [Symbol.iterator]: () => {
        throw new Error('it was read');
      },
    };
    expect(await findInTable(table, { stations: new Set() })).toEqual(new Map());
  });

  it('keeps nothing of a table that a guest filled', async () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      entry({ address: Uint8Array.of(2, 0, 0, 0, index >> 8, index & 255) }),
    );
    expect((await findInTable([many, [entry()]], { stations: new Set([UNTAGGED]) })).size).toBe(1);
  });
});
