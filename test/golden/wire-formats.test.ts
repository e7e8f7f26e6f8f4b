import { readFileSync } from 'node:fs';
import type { Announcement } from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { HOST_KINDS } from '../../packages/host/src/kinds/host-kinds.js';
import { queryFrames } from '../../packages/host/src/multicast/query-frames.js';
import { bytesOf } from './golden-frames.js';

const text = readFileSync(new URL('../../docs/wire-formats.md', import.meta.url), 'utf8');
const sections = new Map(
  text.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

const mac = MacAddress.of('52:54:00:00:00:01');
const [ipv4, ipv6] = [IpAddress.of('192.0.2.1'), IpAddress.of('2001:db8::1')];
const addresses = { station: undefined, ipv4, ipv6, 'ipv4-question': ipv4 };

/** Every frame that a host sends, under the heading that describes it. */
const sent: [heading: string, frame: (vlan?: VlanId) => Uint8Array][] = [
  ...HOST_KINDS.map((kind): [string, (vlan?: VlanId) => Uint8Array] => [
    kind.name,
    (vlan) => {
      const address = addresses[kind.announces ?? 'station'];
      const announcement: Announcement = {
        kind: kind.name,
        station: vlan === undefined ? { mac } : { mac, vlan },
        evidence: 'primary',
        ...(address === undefined ? {} : { address }),
        ...(kind.announces === 'ipv4-question' ? { asksFor: IpAddress.of('192.0.2.254') } : {}),
      };
      const out = new Uint8Array(128).fill(0xa5);
      return out.slice(0, kind.encode(announcement, out, 0));
    },
  ]),
  ['IGMPv3 general query', (vlan) => query(vlan, 0)],
  ['MLDv2 general query', (vlan) => query(vlan, 1)],
];

describe.each(sent)('docs/wire-formats.md on %s', (heading, frame) => {
  const section = sections.get(heading) ?? '';

  it('shows the very bytes that are sent', () => {
    const example = /^```hex\n([^`]*)```$/m.exec(section)?.[1] ?? 'no example';
    expect(bytesOf(example)).toEqual(frame());
  });

  it('explains every byte of them, in order', () => {
    const fields = rowsOf(section);
    let end = 0;
    for (const { bytes, offset } of fields) {
      expect(offset).toBe(end);
      end += bytes.length;
    }
    expect(fields.flatMap(({ bytes }) => [...bytes])).toEqual([...frame()]);
  });

  it('is right about VLANs', () => {
    const [protocol, control] = rowsOf(sections.get('What holds for all of them') ?? '');
    expect([protocol?.offset, control?.offset]).toEqual([12, 14]);
    const tag = [...(protocol?.bytes ?? []), ...(control?.bytes ?? [])];
    const untagged = frame();
    const tagged = Uint8Array.of(...untagged.subarray(0, 12), ...tag, ...untagged.subarray(12));
    expect(frame(VlanId.of(100))).toEqual(tagged);
  });

  it('is right about its length, and that it describes all there are', () => {
    const lengths = [...text.matchAll(/^\| \[`?([^\]`]+)`?\]\([^)]*\) +\| +(\d+) \|/gm)];
    expect(lengths.map(([, name, length]) => [name, Number(length)])).toContainEqual([
      heading,
      frame().length,
    ]);
    expect(lengths).toHaveLength(sent.length);
  });
});

/** The rows of a section's table: `| offset | bytes | ...`, the bytes in hex between backticks, perhaps repeated. */
function rowsOf(section: string): { offset: number; bytes: Uint8Array }[] {
  const rows = section.matchAll(/^\| +(\d+) \| `([0-9a-f]+)`(?: x (\d+))? +\|/gm);
  return [...rows].map(([, offset, hex = '', times = '1']) => ({
    offset: Number(offset),
    bytes: bytesOf(hex.repeat(Number(times))),
  }));
}

function query(vlan: VlanId | undefined, index: 0 | 1): Uint8Array {
  const { bytes, starts } = queryFrames([vlan]);
  return bytes.slice(starts[index], starts[index + 1]);
}
