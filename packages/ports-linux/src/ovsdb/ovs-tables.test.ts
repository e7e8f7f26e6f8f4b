import { describe, expect, it } from 'vitest';
import { OvsTables } from './ovs-tables.js';

// As ovsdb-server 3.1.0 answers `monitor` for `add-port br0 tap0 tag=10` and `add-port br0 tap1 trunks=10,20`.
const none = ['set', []];
const initial = {
  Bridge: { b: { new: { name: 'br0', ports: ['set', [['uuid', 'p0'], ['uuid', 'p1']]] } } }, // biome-ignore format: rows
  Port: {
    p0: {
      new: { name: 'tap0', tag: 10, trunks: none, vlan_mode: none, cvlans: none, interfaces: ['uuid', 'i0'] },
    },
    p1: {
      new: {
        name: 'tap1',
        tag: none,
        trunks: ['set', [10, 20]],
        vlan_mode: none,
        cvlans: none,
        interfaces: ['uuid', 'i1'],
      },
    },
  },
  Interface: { i0: { new: { name: 'tap0' } }, i1: { new: { name: 'tap1' } } },
};
const tables = (...updates: readonly unknown[]): OvsTables => {
  const made = new OvsTables();
  for (const each of updates) made.update(each);
  return made;
};

describe('OvsTables', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'Port'],
    ['tables that are none', { Port: 7, Bridge: [], Interface: null }],
    ['rows that are none', { Port: { p0: 7 }, Bridge: { b: { new: 7 } }, Interface: { i0: null } }],
    ['rows without columns', { Port: { p0: { new: {} } }, Bridge: { b: { new: {} } } }],
    [
      'references that are none',
      { Bridge: { b: { new: { name: 'br0', ports: ['set', [7, ['uuid'], ['uuid', 9]]] } } } },
    ],
    ['a table that was not asked for', { Secret: { s: { new: {} } } }],
  ])('take %s for nothing', (_what, update) => {
    expect(tables(update).placeOf('tap0')).toBeUndefined();
  });

  it('refuse more rows than there can be', () => {
    const Interface: Record<string, unknown> = {};
    for (let index = 0; index < 65_537; index++) Interface[`i${index}`] = { new: { name: `t${index}` } };
    expect(() => tables({ Interface })).toThrow(/more than 65536 rows of Interface/);
  });

  it('know where an interface is, and with which VLANs', () => {
    const known = tables(initial);
    expect(known.placeOf('tap0')).toEqual({
      bridge: 'br0',
      port: { name: 'tap0', tag: 10, trunks: [], customerVlans: [] },
      isManaged: false,
    });
    expect(known.placeOf('tap1')?.port).toEqual({ name: 'tap1', trunks: [10, 20], customerVlans: [] });
    expect(known.placeOf('tap2')).toBeUndefined();
  });

  it.each<[string, unknown, boolean]>([
    ['no map', 'iface-id', false],
    ['an empty map', ['map', []], false],
    ['a set in place of a map', ['set', [['iface-id', 'p']]], false],
    ['a map that is none', ['map', 'iface-id'], false],
    ['pairs that are none', ['map', ['iface-id', 7, null, [], ['iface-id']]], false],
    ['a name that is no text', ['map', [['iface-id', 7]]], false],
    ['an empty name', ['map', [['iface-id', '']]], false],
    ['more than is looked at', ['map', Array.from({ length: 65_537 }, () => ['iface-id', 'p'])], false],
    ['other keys', ['map', [['attached-mac', '52:54:00:00:00:01']]], false],
    ['a name among others', ['map', [['vm-uuid', 'v'], ['iface-id', 'p']]], true], // biome-ignore format: a row
  ])('tell by %s whether somebody has a logical port there', (_what, external_ids, isManaged) => {
    const known = tables(initial, { Interface: { i0: { new: { name: 'tap0', external_ids } } } });
    expect(known.placeOf('tap0')?.isManaged).toBe(isManaged);
    expect(known.placeOf('tap1')?.isManaged).toBe(false);
  });

  it('leave out numbers that no VLAN has', () => {
    const row = {
      name: 'tap0',
      tag: 4096,
      trunks: ['set', [-1, 7, 4.5, '8']],
      vlan_mode: 9,
      interfaces: ['uuid', 'i0'],
    };
    const known = tables(initial, { Port: { p0: { new: row } } });
    expect(known.placeOf('tap0')?.port).toEqual({ name: 'tap0', trunks: [7], customerVlans: [] });
  });

  it('follow what changes', () => {
    const known = tables(initial);
    const { p1 } = initial.Port;
    known.update({ Port: { p1: { old: {}, new: { ...p1.new, vlan_mode: 'native-tagged', tag: 5 } } } });
    expect(known.placeOf('tap1')?.port).toMatchObject({ tag: 5, mode: 'native-tagged' });
    known.update({ Port: { p1: { old: {} } }, Interface: { i1: { old: {} } } });
    expect(known.placeOf('tap1')).toBeUndefined();
  });
});
