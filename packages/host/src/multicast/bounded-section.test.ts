import { type MulticastRefreshReport, parseSection } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { boundedSection } from './bounded-section.js';

const VLANS = Array.from({ length: 511 }, (_, index) => 3000 + index);
const full: MulticastRefreshReport = {
  vlans: VLANS,
  queries: 5120,
  reports: VLANS.map((vlan) => ({ vlan, igmp: 10, mld: 10 })),
};

describe('boundedSection', () => {
  it('leaves alone what fits', () => {
    const report = { vlans: [10], queries: 4, reports: [{ igmp: 1, mld: 0 }], problem: 'ENOBUFS' };
    expect(boundedSection([['nic0', report]])).toStrictEqual({ nics: { nic0: report } });
    expect(boundedSection([['nic0', { vlans: [], queries: 2 }]])).toStrictEqual({
      nics: { nic0: { vlans: [], queries: 2 } },
    });
  });

  it('fits into a report whatever a guest has, and says what it leaves out', () => {
    const many = Array.from(
      { length: 64 },
      (_, nic) => [`nic${nic}`, { ...full, problem: 'x'.repeat(5000) }] as const,
    );
    const section = boundedSection(many);
    expect(parseSection(section)).not.toHaveProperty('problem');
    expect(section.nics['nic0']?.vlans).toEqual(VLANS);
    expect(section.nics['nic0']?.problem).toMatch(/; 22 lines on VLANs are left out here$/);
    expect(section.nics['nic63']).toMatchObject({ vlans: [], queries: 5120, reports: [] });
  });
});
