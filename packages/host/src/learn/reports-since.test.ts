import type { MulticastReports } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { reportsSince } from './reports-since.js';

const counts = (igmp: number, mld: number, vlan?: number): MulticastReports =>
  vlan === undefined ? { igmp, mld } : { vlan, igmp, mld };

describe('reportsSince', () => {
  type Counts = MulticastReports[] | undefined;
  it.each<[string, Counts, Counts, Counts]>([
    ['nothing where nobody counts', [counts(1, 1)], undefined, undefined],
    ['all where nobody counted before', undefined, [counts(1, 2)], [counts(1, 2)]],
    ['what came since', [counts(1, 2)], [counts(4, 2)], [counts(3, 0)]],
    ['VLANs apart', [counts(1, 0, 10)], [counts(1, 0), counts(2, 5, 10)], [counts(1, 0), counts(1, 5, 10)]],
    [
      'no VLAN on which it told nothing',
      [counts(1, 2), counts(3, 3, 10)],
      [counts(1, 2), counts(3, 3, 10)],
      [],
    ],
    ['all of what began anew', [counts(9, 2)], [counts(3, 4)], [counts(3, 4)]],
    ['all of what began anew in the other', [counts(3, 9)], [counts(4, 4)], [counts(4, 4)]],
    ['none of a VLAN that is not counted any more', [counts(9, 2, 10)], [], []],
  ])('gives %s', (_, before, now, expected) => {
    expect(reportsSince(before, now)).toEqual(expected);
  });
});
