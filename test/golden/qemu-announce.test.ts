import { readFileSync } from 'node:fs';
import {
  decodeEthernet,
  decodePcap,
  decodeRarp,
  EtherType,
  encodePcap,
  encodeRarp,
  isDecodeError,
  MacAddress,
  pcapLength,
  VlanId,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';

interface Golden {
  readonly mac: string;
  readonly captures: readonly { readonly scenario: string; readonly pcap: string }[];
}

const golden = JSON.parse(
  readFileSync(new URL('qemu-7.2.22-announce.json', import.meta.url), 'utf8'),
) as Golden;
const mac = MacAddress.of(golden.mac);

describe.each(golden.captures)('QEMU 7.2.22 announcing $scenario', ({ pcap: hex }) => {
  const file = Uint8Array.from(Buffer.from(hex, 'hex'));
  const capture = known(decodePcap(file));
  const announcements = capture.records
    .map((record) => record.frame)
    .filter((frame) => known(decodeEthernet(frame)).etherType === EtherType.rarp);

  it('sends in five rounds the very bytes that encodeRarp writes', () => {
    const ours = new Uint8Array(60).fill(0xa5);
    expect(encodeRarp({ mac }, ours, 0)).toBe(60);
    expect(announcements).toHaveLength(5);
    for (const frame of announcements) {
      expect(frame).toEqual(ours);
      expect(decodeRarp(frame)).toEqual({ mac });
    }
  });

  it('leaves those bytes when a switch takes the tag off ours', () => {
    const tagged = new Uint8Array(64).fill(0xa5);
    encodeRarp({ mac, vlan: VlanId.of(100) }, tagged, 0);
    const stripped = Uint8Array.of(...tagged.subarray(0, 12), ...tagged.subarray(16));
    expect(stripped).toEqual(announcements[0]);
  });

  it('was stored by tcpdump byte for byte as encodePcap stores it', () => {
    const again = new Uint8Array(pcapLength(capture));
    encodePcap(capture, again, 0);
    expect(again).toEqual(file);
  });
});

function known<T>(result: T): Exclude<T, Error> {
  if (isDecodeError(result)) throw result;
  return result as Exclude<T, Error>;
}
