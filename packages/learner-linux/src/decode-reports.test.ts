import { describe, expect, it } from 'vitest';
import { decodeReports } from './decode-reports.js';

type Entry = readonly [vid: number, mac: number, igmp: number, mld: number];

const entriesOf = (entries: readonly Entry[]) => {
  const keys = new Uint8Array(entries.length * 8);
  const values = new Uint8Array(entries.length * 16);
  for (const [index, [vid, mac, igmp, mld]] of entries.entries()) {
    new DataView(keys.buffer).setUint16(index * 8, vid, true);
    keys[index * 8 + 7] = mac;
    new DataView(values.buffer).setUint32(index * 16 + 8, igmp, true);
    new DataView(values.buffer).setUint32(index * 16 + 12, mld, true);
  }
  return { count: entries.length, keys, values };
};

describe('decodeReports', () => {
  it.each<[string, Entry[], ReturnType<typeof decodeReports>]>([
    ['nothing', [], []],
    [
      'stations that reported nothing',
      [
        [0, 1, 0, 0],
        [22, 1, 0, 0],
      ],
      [],
    ],
    ['the reserved VLAN 4095', [[4095, 1, 1, 1]], []],
    ['more than twelve bits of VLAN', [[4096, 1, 1, 1]], []],
    [
      'untagged and tagged, in order of the VLAN',
      [
        [4094, 1, 0, 4],
        [0, 1, 1, 0],
        [7, 1, 2, 3],
      ],
      [
        { igmp: 1, mld: 0 },
        { vlan: 7, igmp: 2, mld: 3 },
        { vlan: 4094, igmp: 0, mld: 4 },
      ],
    ],
    [
      'the stations of one VLAN together',
      [
        [7, 1, 1, 2],
        [7, 2, 3, 0xffff_ffff],
      ],
      [{ vlan: 7, igmp: 4, mld: 0x1_0000_0001 }],
    ],
  ])('%s', (_what, entries, reports) => {
    expect(decodeReports(entriesOf(entries))).toEqual(reports);
  });
});
