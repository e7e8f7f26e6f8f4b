import type { NicProof, StationProof } from '@nic-herald/core/internal';
import { parseSection, proofOf } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { proofSection } from './proof-section.js';

const station = (
  local: 'yes' | 'no' | 'cannot-tell',
  traffic: 'yes' | 'cannot-tell',
  number = 0,
): StationProof => ({
  mac: MacAddress.of(
    `52:54:00:00:${String(Math.floor(number / 100)).padStart(2, '0')}:${String(number % 100).padStart(2, '0')}`,
  ),
  local: { value: local },
  witness: { value: 'cannot-tell', reason: 'unavailable' },
  traffic: { value: traffic },
  ...(traffic === 'yes' && { firstFrameMs: number }),
});
const nic = (...stations: readonly StationProof[]): NicProof => ({ nic: 'nic0', port: 'tap0', stations });

describe('proofSection', () => {
  it.each<[string, readonly NicProof[]]>([
    ['no NIC', []],
    ['a NIC without stations', [nic()]],
  ])('has no section where there is %s: nothing is to be proved', (_, nics) => {
    expect(proofSection(nics, { isOpen: false })).toBeUndefined();
  });

  it.each<[string, readonly NicProof[], string, number]>([
    ['none of them', [nic(station('yes', 'cannot-tell'))], 'unproved', 0],
    ['some of them', [nic(station('yes', 'yes'), station('yes', 'cannot-tell', 1))], 'partly', 1],
    ['all of them', [nic(station('yes', 'yes')), nic(station('yes', 'yes', 1))], 'proved', 2],
  ])('has a verdict where %s is proved', (_, nics, verdict, proved) => {
    expect(proofSection(nics, { isOpen: false })).toMatchObject({ verdict, proved, isOpen: false });
  });

  it('tells the longest time, and those that are not proved first', () => {
    const section = proofSection([nic(station('yes', 'yes', 7), station('yes', 'cannot-tell', 8))], {
      isOpen: true,
    });
    expect(section?.lastFirstFrameMs).toBe(7);
    expect(section?.nics[0]?.stations.map(({ traffic }) => traffic.value)).toEqual(['cannot-tell', 'yes']);
  });

  it('has room in a report, however many stations there are', () => {
    const many = Array.from({ length: 1024 }, (_, index) => station('yes', 'yes', index));
    const section = proofSection(
      Array.from({ length: 64 }, () => ({ ...nic(...many), problem: 'x'.repeat(300) })),
      { isOpen: false },
    );
    expect(section).toMatchObject({ verdict: 'proved', stations: 65_536, proved: 65_536 });
    expect(section?.nics[0]?.omitted).toBe(1024 - 250);
    const parsed = parseSection(section);
    expect(parsed).not.toHaveProperty('problem');
    expect(proofOf({ sections: { proof: section } })).toEqual(section);
  });
});
