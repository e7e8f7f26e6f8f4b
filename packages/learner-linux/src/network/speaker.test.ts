import { IpAddress, MacAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSpeakers } from './speaker.js';

/** As the kernel has them: `struct address` and `struct speaker` of bpf/watch.bpf.c. */
const entry = (key: string, value: string) => ({
  count: 1,
  keys: new Uint8Array(Buffer.from(key.replaceAll(' ', ''), 'hex')),
  values: new Uint8Array(Buffer.from(value.replaceAll(' ', ''), 'hex')),
});
const SECOND = '00ca9a3b00000000'; // 1 000 000 000 ns
const NEVER = '0000000000000000';
const MAC = '525400000001 0000';
const PORT = '0700000000000000';
const IPV4 = '0000000000000000 0000ffffc0000201';
const IPV6 = '20010db800000000 0000000000000007';
const UNTAGGED = '0000000000000000';
const told = { mac: MacAddress.of('52:54:00:00:00:01'), portIndex: 7, ageMs: 2000 };

describe('decodeSpeakers', () => {
  it.each([
    [
      'an address that no host can own',
      entry(`${UNTAGGED} 0000000000000000 0000ffffe0000001`, `${SECOND} ${NEVER} ${MAC} ${PORT}`),
    ],
    ['a group’s MAC', entry(`${UNTAGGED} ${IPV4}`, `${SECOND} ${NEVER} 015e000000010000 ${PORT}`)],
    ['the reserved VLAN', entry(`ff0f000000000000 ${IPV4}`, `${SECOND} ${NEVER} ${MAC} ${PORT}`)],
    ['what never was', entry(`${UNTAGGED} ${IPV4}`, `${NEVER} ${NEVER} ${MAC} ${PORT}`)],
  ])('leaves out %s', (_what, entries) => {
    expect([...decodeSpeakers(entries, 3_000_000_000n)]).toEqual([]);
  });

  it.each([
    [
      'asserted, untagged',
      entry(`${UNTAGGED} ${IPV4}`, `${SECOND} ${NEVER} ${MAC} ${PORT}`),
      '192.0.2.1',
      { ...told, proof: 'asserted' },
    ],
    [
      'answered, in VLAN 22',
      entry(`1600010000000000 ${IPV6}`, `${SECOND} ${NEVER} ${MAC} ${PORT}`),
      '2001:db8::7',
      { ...told, proof: 'answered', vlan: 22 },
    ],
    [
      'with the time before',
      entry(`${UNTAGGED} ${IPV4}`, `${SECOND} 0065cd1d00000000 ${MAC} ${PORT}`),
      '192.0.2.1',
      { ...told, proof: 'asserted', earlierAgeMs: 2500 },
    ],
  ])('reads what was %s', (_what, entries, ip, expected) => {
    expect([...decodeSpeakers(entries, 3_000_000_000n)]).toEqual([[ip, [expected]]]);
  });

  it('never throws, whatever stands in the map, and tells only what hosts can be', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }).chain((n) => fc.tuple(bytes(n * 24), bytes(n * 32))),
        ([keys, values]) => {
          for (const [ip, speakers] of decodeSpeakers({ count: keys.length / 24, keys, values }, 2n ** 62n)) {
            expect(IpAddress.isHostAddress(ip)).toBe(true);
            for (const { mac, ageMs } of speakers) {
              expect(MacAddress.isStationAddress(mac)).toBe(true);
              expect(ageMs).toBeGreaterThanOrEqual(0);
            }
          }
        },
      ),
    );
  });
});
