import type { MigrationReport } from '@nic-herald/core';
import type { ProofSection, StationProof } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { localFault, proofText } from './proof-text.js';

const station = (number: number, over: Partial<StationProof> = {}): StationProof => ({
  mac: MacAddress.of(`52:54:00:00:00:0${number}`),
  local: { value: 'yes' },
  traffic: { value: 'cannot-tell', reason: 'quiet' },
  witness: { value: 'cannot-tell', reason: 'unseen' },
  ...over,
});
const REACHED = { traffic: { value: 'yes' } } as const;
const report = (verdict: ProofSection['verdict'], proved: number, ...stations: readonly StationProof[]) =>
  ({
    sections: {
      proof: { verdict, isOpen: false, stations: stations.length, proved, nics: [{ nic: 'nic0', stations }] },
    },
  }) as unknown as MigrationReport;
const timed = (more: Partial<ProofSection>): MigrationReport => {
  const { sections } = report('proved', 1, station(1, REACHED));
  return { resumedAt: 1, sections: { proof: { ...(sections?.['proof'] as object), ...more } } } as never;
};

describe('proofText', () => {
  it.each<[string, MigrationReport, string]>([
    [
      'frames that only the other host saw',
      report(
        'proved',
        2,
        station(1, { witness: { value: 'yes' }, traffic: { value: 'cannot-tell', reason: 'unavailable' } }),
        station(2, REACHED),
      ),
      'proved: all 2 stations seen to be back',
    ],
    [
      'a station to which nothing came',
      report('partly', 1, station(1), station(2, REACHED)),
      'partly: 1 of 2 stations seen to be back; nothing came for 52:54:00:00:00:01',
    ],
    [
      'no silence where frames cannot be seen, and where the other host saw the announcement',
      report(
        'partly',
        2,
        station(1, { traffic: { value: 'cannot-tell', reason: 'unavailable' } }),
        station(2, REACHED),
        station(3, { witness: { value: 'yes' } }),
      ),
      'partly: 2 of 3 stations seen to be back',
    ],
    [
      'when the guest had stopped, and how long stations were dark to which frames were sent all the time',
      timed({ stop: { agoMs: 48.26, errorMs: 1.23 }, lastFirstFrameMs: 7.04, lastDarkMs: 55.3 }),
      'proved: 1 of 1 station seen to be back, the last one 7.0 ms after RESUME; it had stopped 48.3 ms before RESUME, and busy stations were dark for 55.3 ms at most (to 1.2 ms)',
    ],
    [
      'no dark time where no station was busy',
      timed({ stop: { agoMs: 48.26, errorMs: 1.23 } }),
      'proved: 1 of 1 station seen to be back; it had stopped 48.3 ms before RESUME (to 1.2 ms)',
    ],
  ])('names %s', (_, given, text) => {
    expect(proofText(given)).toBe(text);
  });

  it('says nothing where nothing looked', () => {
    expect(proofText({} as MigrationReport)).toBeUndefined();
    expect(localFault({} as MigrationReport)).toBeUndefined();
  });
});

describe('localFault', () => {
  it('counts what the bridge lacks', () => {
    const given = report('partly', 0, station(1, { local: { value: 'no', reason: 'absent' } }), station(2));
    expect(localFault(given)).toBe("this host's bridge lacks 1 station at the guest's port");
  });
});
