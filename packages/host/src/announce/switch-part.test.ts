import { IpAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { HOST_KINDS } from '../kinds/host-kinds.js';
import { queryFrames } from '../multicast/query-frames.js';
import { encodeBatch } from '../plan/frame-batch.js';
import { switchPartOf } from './switch-part.js';

const kinds = new Map(HOST_KINDS.map((kind) => [kind.name, kind]));
const [ipv4, ipv6] = [IpAddress.of('192.0.2.1'), IpAddress.of('2001:db8::1')];
const frameOf = (kind: string, vlan?: number): Uint8Array => {
  const address = ['na', 'rs'].includes(kind) ? ipv6 : ipv4;
  const about = { address, asksFor: IpAddress.of('192.0.2.254') };
  return encodeBatch([{ kind, station: station(1, vlan), evidence: 'primary', ...about }], kinds).bytes;
};

describe('switchPartOf', () => {
  it.each<[string, string]>([
    ['rarp', 'hardware'],
    ...['garp', 'garp-reply', 'null-garp', 'na', 'arp-ask', 'rs'].map((kind): [string, string] => [
      kind,
      'processor',
    ]),
  ])('says of %s that the %s takes it in, untagged and on a VLAN', (kind, part) => {
    expect([undefined, 10].map((vlan) => switchPartOf(frameOf(kind, vlan)))).toEqual([part, part]);
  });

  it('says of queries that a processor takes them in', () => {
    const { bytes, starts } = queryFrames([undefined, VlanId.of(10)]);
    const frames = Array.from(starts.subarray(1), (end, index) => bytes.subarray(starts[index], end));
    expect(frames.map(switchPartOf)).toEqual(Array(4).fill('processor'));
  });

  const addresses = new Uint8Array(12).fill(2);
  it.each<[string, readonly number[]]>([
    ['nothing', []],
    ['half a header', [...addresses, 0x08]],
    ['a type that nobody knows', [...addresses, 0x88, 0xb5, ...new Uint8Array(46)]],
    ['IPv4 of another protocol', [...addresses, 0x08, 0x00, ...new Uint8Array(46).fill(0x45)]],
    ['IPv6 of another protocol', [...addresses, 0x86, 0xdd, ...new Uint8Array(46).fill(0x60)]],
    ['IPv6 cut off', [...addresses, 0x86, 0xdd]],
  ])('says of %s that the hardware takes it in', (_, bytes) => {
    expect(switchPartOf(Uint8Array.from(bytes))).toBe('hardware');
  });
});
