import type { MigrationReport } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { sampleReport } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { RecentReports } from './recent-reports.js';

const reportOf = (over: Partial<MigrationReport>): MigrationReport =>
  sampleReport({ resumedAt: 1000, ...over });
const NOTHING_ELSE = {
  nic: 'nic0',
  model: 'fake-card',
  source: 'live',
  announced: [],
  added: [],
  withdrawn: [],
  incomplete: [],
} as const;
const round = (startedAt: number) => ({ round: 1, startedAt, finishedAt: startedAt, frames: 1, accepted: 1 });

/** What is kept of these. */
const kept = (...reports: readonly MigrationReport[]): readonly MigrationReport[] => {
  const bus = new IsolatingEventBus();
  const recent = new RecentReports(bus);
  for (const report of reports) {
    bus.emit('announce:finished', { guest: new FakeGuest(), cause: report.cause, report });
  }
  return recent.all;
};

describe('the reports that are kept', () => {
  it.each<[string, Partial<MigrationReport>]>([
    ['another guest', { guest: { name: 'web-2' } }],
    ['a later epoch', { epoch: 2 }],
    ['another cause', { cause: 'late' }],
    ['another resume', { resumedAt: 2000 }],
  ])('are two where one is about %s', (_, over) => {
    const reports = [reportOf({}), reportOf(over)];
    expect(kept(...reports)).toEqual(reports);
  });

  it('are two where somebody asked twice', () => {
    const { resumedAt: _, ...asked } = reportOf({ cause: 'manual', rounds: [round(1)] });
    const reports = [asked, { ...asked, rounds: [round(5)] }];
    expect(kept(...reports)).toEqual(reports);
  });

  it('hold a later revision in the place of the earlier', () => {
    const [first, second] = [reportOf({}), reportOf({ epoch: 2 })];
    const revised = { ...first, outcome: 'failed' } as const;
    expect(kept(first, second, revised)).toEqual([revised, second]);
  });

  it('are at most 256, the newest last', () => {
    const all = Array.from({ length: 1000 }, (_, epoch) => reportOf({ epoch }));
    expect(kept(...all)).toEqual(all.slice(-256));
  });

  it.each([
    ['the newest that fit', [60_000, 30_000, 30_000, 40_000], 3],
    ['the newest, though it alone is too large', [10, 200_000], 1],
  ])('have a bound on what is in them: %s', (_, sizes, left) => {
    const refusal = { mac: mac(1), evidence: 'filter', reason: 'denied' } as const;
    const all = sizes.map((size, epoch) =>
      reportOf({ epoch, nics: [{ refused: Array(size).fill(refusal), ...NOTHING_ELSE }] }),
    );
    expect(kept(...all).map(({ epoch }) => epoch)).toEqual(all.slice(-left).map(({ epoch }) => epoch));
  });

  it('count what is in a revision in place of what was in the report', () => {
    const refusal = { mac: mac(1), evidence: 'filter', reason: 'denied' } as const;
    const large = reportOf({ nics: [{ refused: Array(60_000).fill(refusal), ...NOTHING_ELSE }] });
    expect(kept(reportOf({ epoch: 0 }), large, large, large)).toHaveLength(2);
  });
});
