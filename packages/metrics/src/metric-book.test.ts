import type { Guest, HostStats, MigrationReport } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock, sampleReport } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { MetricBook } from './metric-book.js';
import { METRICS } from './metric-catalog.js';

const guest = { instance: 'one', identity: { name: 'secret-guest' } } as Guest;

const stats: HostStats = {
  since: 1_700_000_000_500,
  state: 'running',
  parts: {
    monitors: [{ name: 'qemu', ready: true, message: '' }],
    handoffStores: [{ name: 'directory', ready: false, code: 'HERALD_HANDOFF_DIRECTORY', message: '' }],
    sinks: [{ name: 'linux-tap', ready: true, message: '' }],
  },
  guests: {
    byPhase: { running: 2 },
    byResidence: { resident: 2 },
    nics: { withPort: 3, withoutPort: 1 },
  },
  learning: { byLearner: { 'linux-bpf': 3 }, stations: 70, capacity: 4096, fullest: 0.5 },
  announcements: {
    byOutcome: { announced: 2 },
    stations: 12,
    resumeToLastFrame: { count: 1, totalMs: 1, longestMs: 1 },
    resumeToFirstFrame: { count: 1, totalMs: 1, longestMs: 1 },
  },
  refusals: { denied: 4 },
  frames: { sent: 100, accepted: 99, delayed: 5, longestDelayMs: 3 },
  pacer: { backlog: 7 },
  handoff: {
    reads: {
      calls: 3,
      failures: 1,
      totalMs: 1002,
      within: [
        { ms: 1, calls: 1 },
        { ms: 5, calls: 2 },
      ],
    },
    writes: { calls: 0, failures: 0, totalMs: 0, within: [{ ms: 1, calls: 0 }] },
  },
  snapshots: 9,
  warnings: { 'HERALD_"odd\ncode\\': 2 },
  reportWarnings: { HERALD_SEND_FAILED: 1 },
  reports: { written: 11, waiting: 3, lost: 2 },
  listenerFailures: 0,
};

/** A NIC of which only that is known. */
const fired = (firedBy?: 'kernel' | 'agent') =>
  ({
    refused: [],
    ...(firedBy === undefined ? {} : { firedBy }),
  }) as never as MigrationReport['nics'][number];

const testBook = () => {
  const bus = new IsolatingEventBus();
  const clock = new FakeClock();
  const book = new MetricBook({ bus, stats: () => stats }, clock);
  const finish = (over: Partial<MigrationReport>): void => {
    const report = sampleReport(over);
    bus.emit('announce:finished', { guest, cause: report.cause, report });
  };
  return { bus, book, clock, finish };
};

/** The value of each series. */
const seriesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      }),
  );

describe('the numbers of a host', () => {
  it('are those that it counts itself, in base units', async () => {
    const series = seriesOf(await testBook().book.render('prometheus'));
    const expected: Readonly<Record<string, number>> = {
      nic_herald_start_time_seconds: 1_700_000_000.5,
      nic_herald_ready: 0,
      'nic_herald_monitor_up{monitor="qemu"}': 1,
      'nic_herald_sink_up{sink="linux-tap"}': 1,
      'nic_herald_handoff_store_up{store="directory"}': 0,
      nic_herald_stations_announced_total: 12,
      'nic_herald_refusals_total{reason="denied"}': 4,
      'nic_herald_refusals_total{reason="shared"}': 0,
      nic_herald_frames_sent_total: 100,
      nic_herald_frames_accepted_total: 99,
      nic_herald_frames_delayed_total: 5,
      nic_herald_pacer_backlog_frames: 7,
      'nic_herald_handoff_duration_seconds_bucket{operation="read",le="0.001"}': 1,
      'nic_herald_handoff_duration_seconds_bucket{operation="read",le="0.005"}': 2,
      'nic_herald_handoff_duration_seconds_bucket{operation="read",le="+Inf"}': 3,
      'nic_herald_handoff_duration_seconds_sum{operation="read"}': 1.002,
      'nic_herald_handoff_duration_seconds_count{operation="write"}': 0,
      'nic_herald_handoff_failures_total{operation="read"}': 1,
      nic_herald_snapshots_published_total: 9,
      'nic_herald_guests{residence="resident"}': 2,
      'nic_herald_guests{residence="left"}': 0,
      'nic_herald_nics{port="found"}': 3,
      'nic_herald_nics{port="missing"}': 1,
      'nic_herald_learner_ports{learner="linux-bpf"}': 3,
      'nic_herald_learner_ports{learner="none"}': 0,
      nic_herald_learned_stations: 70,
      nic_herald_learned_stations_limit: 4096,
      nic_herald_learned_table_fullest_ratio: 0.5,
      'nic_herald_warnings_total{code="HERALD_\\"odd\\ncode\\\\"}': 2,
      'nic_herald_report_warnings_total{code="HERALD_SEND_FAILED"}': 1,
      nic_herald_reports_written_total: 11,
      nic_herald_reports_waiting: 3,
      nic_herald_reports_lost_total: 2,
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, series.get(name)]).toEqual([name, value]);
  });

  it('are the same at each scrape: what is looked up is not added up', async () => {
    const { book } = testBook();
    const hosts = (text: string) => [...seriesOf(text)].filter(([name]) => !/process|nodejs|loop/.test(name));
    expect(hosts(await book.render('prometheus'))).toEqual(hosts(await book.render('prometheus')));
  });

  it.each<[string, Partial<MigrationReport>, Readonly<Record<string, number>>]>([
    [
      'of a migration',
      { outcome: 'announced' },
      {
        'migrations_total{outcome="announced"}': 1,
        'announcements_total{cause="migration",outcome="announced"}': 1,
      },
    ],
    [
      'of one that came late and failed',
      { cause: 'late', outcome: 'failed' },
      { 'migrations_total{outcome="failed"}': 1, 'announcements_total{cause="late",outcome="failed"}': 1 },
    ],
    [
      'of one that repeats another',
      { retryOf: 'x', outcome: 'announced' },
      { 'migrations_total{outcome="announced"}': 0, 'announcement_retries_total{outcome="announced"}': 1 },
    ],
    [
      'that somebody asked for',
      { cause: 'manual' },
      {
        'migrations_total{outcome="announced"}': 0,
        'announcements_total{cause="manual",outcome="announced"}': 1,
      },
    ],
  ])('count an announcement %s', async (_, over, expected) => {
    const { book, finish } = testBook();
    finish(over);
    const series = seriesOf(await book.render('prometheus'));
    for (const [name, value] of Object.entries(expected)) {
      expect([name, series.get(`nic_herald_${name}`)]).toEqual([name, value]);
    }
  });

  it.each<[string, Partial<MigrationReport>, number, number]>([
    [
      'one that is observed',
      { mode: 'observe', outcome: 'observed', firstFrameAt: 1001, lastFrameAt: 1002 },
      0,
      0,
    ],
    ['one that failed', { outcome: 'failed', firstFrameAt: 1001, lastFrameAt: 1002 }, 0, 0],
    ['one without a frame', {}, 0, 0],
    ['one whose clocks disagree', { firstFrameAt: 999, lastFrameAt: 1000 }, 2, 2],
    ['one in half a millisecond', { firstFrameAt: 1000.2, lastFrameAt: 1000.4 }, 1, 2],
    ['one that took its time', { firstFrameAt: 1009, lastFrameAt: 1300 }, 0, 0],
  ])('take the times of %s', async (_, over, last250us, first500us) => {
    const { book, finish } = testBook();
    finish({ resumedAt: 1000, ...over });
    const series = seriesOf(await book.render('prometheus'));
    const within = (of: string, le: string) =>
      series.get(`nic_herald_resume_to_${of}_frame_seconds_bucket{le="${le}"}`);
    expect((within('first', '0.00025') ?? 0) + (within('last', '0.00025') ?? 0)).toBe(last250us);
    expect((within('first', '0.0005') ?? 0) + (within('last', '0.0005') ?? 0)).toBe(first500us);
    const timed = over.outcome === undefined && over.firstFrameAt !== undefined ? 1 : 0;
    expect(series.get('nic_herald_resume_to_last_frame_seconds_count')).toBe(timed);
  });

  it('take what rounds, hand-offs and hypervisors tell, until they are closed', async () => {
    const { book, bus, clock, finish } = testBook();
    book.start();
    const round = { round: 1, startedAt: 1, finishedAt: 2, frames: 9, accepted: 9 };
    bus.emit('announce:round-finished', {
      guest,
      epoch: 1,
      round: { ...round, byKernel: 5, lost: 2, delayed: 3, delayedMs: 40 },
    });
    bus.emit('announce:round-finished', { guest, epoch: 1, round });
    bus.emit('announce:round-finished', { guest, epoch: 1, round: { ...round, lost: 9 }, mode: 'observe' });
    bus.emit('migration:completed', { guest, side: 'source' });
    bus.emit('migration:failed', { guest, side: 'destination', status: 'cancelled' });
    finish({
      snapshotAgeMs: 700,
      resumedAt: 1,
      nics: [fired('kernel'), fired('kernel'), fired('agent'), fired()],
    });
    finish({ cause: 'manual', nics: [fired('agent')] });
    await clock.advance(1000);
    book.close();
    finish({ snapshotAgeMs: 700 });
    await clock.advance(1000);
    const series = seriesOf(await book.render('openMetrics'));
    expect(
      [
        'frames_lost_total',
        'frames_by_kernel_total',
        'nics_announced_total{fired_by="kernel"}',
        'nics_announced_total{fired_by="agent"}',
        'pacer_wait_seconds_count',
        'pacer_wait_seconds_sum',
        'hypervisor_migrations_total{side="source",status="completed"}',
        'hypervisor_migrations_total{side="destination",status="failed"}',
        'handoff_entry_age_seconds_bucket{le="0.5"}',
        'handoff_entry_age_seconds_bucket{le="1"}',
        'event_loop_lag_seconds_count',
      ].map((name) => series.get(`nic_herald_${name}`)),
    ).toEqual([2, 5, 2, 1, 1, 0.04, 1, 1, 0, 1, 4]);
  });

  it('name no guest, and only what the catalogue names', async () => {
    const { book, finish } = testBook();
    finish({ guest: guest.identity });
    for (const format of ['prometheus', 'openMetrics'] as const) {
      const text = await book.render(format);
      expect(text).not.toContain('secret-guest');
      const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) =>
        format === 'openMetrics' && type === 'counter' ? `${name}_total` : name,
      );
      expect(names).toEqual(METRICS.map(({ name }) => name));
    }
  });

  it('are whole where two ask at the same time, in both formats', async () => {
    const { book } = testBook();
    const all = await Promise.all(
      (['prometheus', 'openMetrics', 'prometheus', 'openMetrics'] as const).map((format) =>
        book.render(format),
      ),
    );
    expect(all[0]).toBe(all[2]);
    expect(all[1]).toBe(all[3]);
    expect(all[1]?.endsWith('\n# EOF\n')).toBe(true);
    for (const text of all) expect(seriesOf(text).get('nic_herald_frames_sent_total')).toBe(100);
    // prom-client takes the `_total` off for good
    expect(seriesOf(await book.render('prometheus')).get('nic_herald_frames_sent_total')).toBe(100);
  });
});

describe('the catalogue', () => {
  it('keeps to the conventions of Prometheus', () => {
    for (const { name, type, help, labels } of METRICS) {
      expect(name).toMatch(/^(?:nic_herald|process|nodejs)(?:_[a-z]+)+$/);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect(help).toMatch(/^[A-Z].*\.$/);
      expect(name).not.toMatch(/_(?:ms|milliseconds|kb|percent)(?:_|$)/);
      expect(labels).not.toContain('guest');
    }
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
  });
});
