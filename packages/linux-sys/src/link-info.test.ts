import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseLinkInfo } from './link-info.js';

const recorded = JSON.parse(
  readFileSync(new URL('golden/linux-6.18-links.json', import.meta.url), 'utf8'),
) as Record<string, string>;
const messageOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(recorded[name] ?? '', 'hex'));

/** True where parsing gives a value or the one error it may throw. */
const behaves = (bytes: Uint8Array): boolean => {
  try {
    return Number.isInteger(parseLinkInfo(bytes).index);
  } catch (error) {
    return (error as { readonly code?: string }).code === 'HERALD_NETLINK_MALFORMED';
  }
};

describe('parseLinkInfo', () => {
  it('takes any cut of a message without another error', () => {
    const message = messageOf('tap0');
    const cuts = Array.from({ length: message.length }, (_, length) => message.subarray(0, length));
    expect(cuts.filter((cut) => !behaves(cut))).toEqual([]);
  });

  it('takes any one changed byte without another error', () => {
    const message = messageOf('tap0');
    const broken = [0x00, 0x01, 0x7f, 0xff].flatMap((value) =>
      Array.from(message, (_, at) => message.map((byte, index) => (index === at ? value : byte))),
    );
    expect(broken.filter((bytes) => !behaves(bytes))).toEqual([]);
  });

  it('refuses a message shorter than its header', () => {
    expect(() => parseLinkInfo(new Uint8Array(15))).toThrow(/netlink link of 16 bytes where 15 are left/);
  });

  it.each([
    ['lo', { up: false, carrier: true, operState: 'down' }],
    ['br0', { up: true, carrier: true, operState: 'up', kind: 'bridge', vlanFiltering: false }],
    ['tap0', { up: true, carrier: true, operState: 'up', kind: 'tun', bridgePortState: 'forwarding' }],
    ['tap1', { up: true, carrier: false, operState: 'down', kind: 'tun', bridgePortState: 'disabled' }],
    ['v0', { up: true, carrier: false, operState: 'lower-layer-down', kind: 'veth' }],
  ])('reads %s as recorded from a kernel', (name, expected) => {
    expect(parseLinkInfo(messageOf(name))).toMatchObject({ name, ...expected });
  });

  it.each([
    ['macvtap-passthru', { kind: 'macvtap', macvlanMode: 'passthru', takesAllMacs: true }],
    ['macvtap-nopromisc', { kind: 'macvtap', macvlanMode: 'passthru', takesAllMacs: false }],
    ['macvtap-bridge', { kind: 'macvtap', macvlanMode: 'bridge', takesAllMacs: false }],
  ])('reads what a %s is handed, as recorded from a kernel', (name, expected) => {
    expect(parseLinkInfo(messageOf(name))).toMatchObject(expected);
    expect(parseLinkInfo(messageOf('tap0'))).not.toHaveProperty('takesAllMacs');
  });

  it('gives the MAC, and none where there is none of six bytes', () => {
    const { address = new Uint8Array() } = parseLinkInfo(messageOf('tap0'));
    const hex = Buffer.from(address).toString('hex');
    expect(recorded['tap0']).toContain(`0a000100${hex}`); // IFLA_ADDRESS
    const short = (recorded['tap0'] ?? '').replace(`0a000100${hex}`, `09000100${hex}`);
    expect(parseLinkInfo(new Uint8Array(Buffer.from(short, 'hex')))).not.toHaveProperty('address');
  });

  it('reads by which tags a bridge keeps its VLANs apart', () => {
    expect(parseLinkInfo(messageOf('br0'))).not.toHaveProperty('vlanProtocol');
    // IFLA_BR_PRIORITY (6) in the record made IFLA_BR_VLAN_PROTOCOL (8): this kernel filters no VLANs
    const filtering = (recorded['br0'] ?? '').replace('0600060000800000', '0600080088a80000');
    expect(parseLinkInfo(new Uint8Array(Buffer.from(filtering, 'hex'))).vlanProtocol).toBe(0x88a8);
  });

  it('names the master of a port and the other end of a cable', () => {
    expect(parseLinkInfo(messageOf('tap0')).masterIndex).toBe(parseLinkInfo(messageOf('br0')).index);
    expect(parseLinkInfo(messageOf('v0')).linkedIndex).toBeGreaterThan(0);
    expect(parseLinkInfo(messageOf('br0'))).not.toHaveProperty('masterIndex');
  });
});
