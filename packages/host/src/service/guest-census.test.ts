import { describe, expect, it } from 'vitest';
import { censusOf, type GuestStanding } from './guest-census.js';

const standing = (over: Partial<GuestStanding>): GuestStanding => ({
  phase: 'running',
  residence: 'resident',
  nics: { withPort: 1, withoutPort: 0 },
  learning: [],
  ...over,
});

describe('the census of a host', () => {
  it('of no guests has nothing in it', () => {
    expect(censusOf([])).toEqual({
      guests: { byPhase: {}, byResidence: {}, nics: { withPort: 0, withoutPort: 0 } },
      learning: { byLearner: {}, stations: 0, capacity: 0, fullest: 0 },
    });
  });

  it('says where guests stand, and which NICs have no port', () => {
    const { guests } = censusOf([
      standing({}),
      standing({ phase: 'incoming', residence: 'armed', nics: { withPort: 1, withoutPort: 2 } }),
    ]);
    expect(guests).toEqual({
      byPhase: { running: 1, incoming: 1 },
      byResidence: { resident: 1, armed: 1 },
      nics: { withPort: 2, withoutPort: 2 },
    });
  });

  it.each<[string, GuestStanding['learning'], object]>([
    ['nobody learns', [{}], { byLearner: { none: 1 }, stations: 0, capacity: 0, fullest: 0 }],
    [
      'a port was not read yet',
      [{ learner: 'bpf' }],
      { byLearner: { bpf: 1 }, stations: 0, capacity: 0, fullest: 0 },
    ],
    [
      'a learner tells no capacity',
      [{ learner: 'odd', stations: 3 }],
      { byLearner: { odd: 1 }, stations: 3, capacity: 0, fullest: 0 },
    ],
    [
      'tables are not equally full',
      [
        { learner: 'bpf', stations: 1, capacity: 10 },
        { learner: 'bpf', stations: 9, capacity: 10 },
        { learner: 'fdb', stations: 1, capacity: 100 },
      ],
      { byLearner: { bpf: 2, fdb: 1 }, stations: 11, capacity: 120, fullest: 0.9 },
    ],
  ])('of learning, where %s', (_, learning, expected) => {
    expect(censusOf([standing({ learning })]).learning).toEqual(expected);
  });
});
