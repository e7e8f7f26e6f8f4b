import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BridgePortVlans, parseBridgePortVlans } from './bridge-port-vlans.js';
import { LinuxError } from './linux-error.js';

const golden = JSON.parse(readFileSync(new URL('golden/linux-6.1-bridge.json', import.meta.url), 'utf8')) as {
  readonly tap0: string;
  readonly tap1: string;
};
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const [MASTER, PVID, UNTAGGED, BEGIN, END] = [1, 2, 4, 8, 16];

/** A message of AF_BRIDGE for interface 3, with a struct bridge_vlan_info for each pair of flags and VLAN. */
const messageWith = (...infos: readonly (readonly [flags: number, vlan: number])[]): Uint8Array => {
  const message = Buffer.alloc(20 + 8 * infos.length);
  message[0] = 7;
  message.writeInt32LE(3, 4);
  message.writeUInt16LE(4 + 8 * infos.length, 16);
  message.writeUInt16LE(26, 18); // IFLA_AF_SPEC
  infos.forEach(([flags, vlan], index) => {
    const at = 20 + 8 * index;
    message.writeUInt16LE(8, at);
    message.writeUInt16LE(2, at + 2); // IFLA_BRIDGE_VLAN_INFO
    message.writeUInt16LE(flags, at + 4);
    message.writeUInt16LE(vlan, at + 6);
  });
  return message;
};

describe('parseBridgePortVlans', () => {
  it.each<[string, Uint8Array, BridgePortVlans]>([
    ['an end without a beginning', messageWith([END, 20]), { ranges: [] }],
    ['a beginning without an end', messageWith([BEGIN, 10], [0, 20]), { ranges: [[20, 20]] }],
    ['a range that runs backwards', messageWith([BEGIN, 20], [END, 10]), { ranges: [] }],
    [
      'numbers that no VLAN has',
      messageWith([0, 0], [PVID, 4095], [BEGIN, 4000], [END, 65_535]),
      { ranges: [] },
    ],
    ['no VLAN', messageWith(), { ranges: [] }],
    ['no attributes at all', bytes(golden.tap0).subarray(0, 16), { ranges: [] }],
    ['one twice', messageWith([0, 10], [UNTAGGED, 10]), { ranges: [[10, 10]] }],
    [
      'out of order',
      messageWith([0, 30], [BEGIN, 11], [END, 20], [0, 10]),
      {
        ranges: [
          [10, 20],
          [30, 30],
        ],
      },
    ],
    ['an access port', messageWith([PVID | UNTAGGED, 10]), { untagged: 10, ranges: [[10, 10]] }],
    ['all of them', messageWith([BEGIN | MASTER, 1], [END | MASTER, 4094]), { ranges: [[1, 4094]] }],
    [
      'Linux 6.1: tap0',
      bytes(golden.tap0),
      {
        untagged: 7,
        ranges: [
          [1, 1],
          [7, 7],
          [22, 22],
          [100, 200],
        ],
      },
    ],
    ['Linux 6.1: tap1', bytes(golden.tap1), { untagged: 1, ranges: [[1, 1]] }],
  ])('reads %s', (_what, payload, vlans) => {
    expect(parseBridgePortVlans(payload)).toEqual(vlans);
  });

  it('never throws anything but a LinuxError', () => {
    const payload = bytes(golden.tap0);
    const spoiled = Array.from(payload, (_, at) => [
      payload.subarray(0, at),
      payload.slice().fill(255, at, at + 1),
    ]).flat();
    const behaves = (each: Uint8Array): boolean => {
      try {
        return parseBridgePortVlans(each).ranges.every(([first, last]) => first >= 1 && last <= 4094);
      } catch (error) {
        return error instanceof LinuxError;
      }
    };
    expect(spoiled.filter((each) => !behaves(each))).toEqual([]);
  });
});
