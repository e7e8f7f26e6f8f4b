import { HeraldError, type MigrationReport } from '@nic-herald/core';
import type { NicReport, RoundReport } from '@nic-herald/core/internal';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { sampleReport } from '@nic-herald/testkit';
import { VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { FakeGuest } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { HostCounters } from './host-counters.js';

const guest = new FakeGuest();
const announced = (vlan: number, kind = 'rarp') =>
  ({ kind, station: { mac: mac(1), vlan: VlanId.of(vlan) }, evidence: 'filter' }) as const;
const nic = (over: Partial<NicReport>): NicReport => ({
  nic: 'nic0',
  model: 'fake-card',
  sink: 'fake',
  source: 'hand-off',
  announced: [],
  added: [],
  withdrawn: [],
  refused: [],
  incomplete: [],
  ...over,
});
const reportOf = (over: Partial<MigrationReport>): MigrationReport =>
  sampleReport({ guest: guest.identity, ...over });
const round = (over: Partial<RoundReport>): RoundReport => ({
  round: 1,
  startedAt: 1,
  finishedAt: 2,
  frames: 10,
  accepted: 9,
  ...over,
});

/** Counters that listen to a bus. */
const testCounters = () => {
  const bus = new IsolatingEventBus();
  const counters = new HostCounters(bus);
  const finish = (over: Partial<MigrationReport>): void =>
    bus.emit('announce:finished', { guest, cause: 'migration', report: reportOf(over) });
  return { bus, counters, finish };
};

describe('the counters of a host', () => {
  it('begin at nothing, as JSON', () => {
    const { stats } = testCounters().counters;
    expect(JSON.parse(JSON.stringify(stats))).toEqual({
      announcements: {
        byOutcome: {},
        stations: 0,
        resumeToLastFrame: { count: 0, totalMs: 0, longestMs: 0 },
        resumeToFirstFrame: { count: 0, totalMs: 0, longestMs: 0 },
      },
      refusals: {},
      frames: { sent: 0, accepted: 0, delayed: 0, longestDelayMs: 0 },
      snapshots: 0,
      warnings: {},
      reportWarnings: {},
      listenerFailures: 0,
    });
  });

  it.each<[string, Partial<MigrationReport>, number]>([
    ['none that is observed', { mode: 'observe', outcome: 'observed' }, 0],
    ['none of an announcement that failed', { outcome: 'failed' }, 0],
    ['each once, those that were added too', {}, 3],
  ])('count stations: %s', (_, over, stations) => {
    const { counters, finish } = testCounters();
    finish({
      nics: [
        nic({ announced: [announced(1), announced(2), announced(2, 'garp')], added: [announced(3)] }),
        nic({ nic: 'nic1', announced: [announced(1)] }),
      ].slice(0, 1),
      ...over,
    });
    expect(counters.stats.announcements.stations).toBe(stations);
  });

  it('count no station of a NIC without a sink', () => {
    const { counters, finish } = testCounters();
    const { sink: _, ...mute } = nic({ announced: [announced(1)] });
    finish({ nics: [mute] });
    expect(counters.stats.announcements).toMatchObject({ byOutcome: { announced: 1 }, stations: 0 });
  });

  it('sum up outcomes, refusals, warnings and times', () => {
    const { bus, counters, finish } = testCounters();
    const refused = [
      { mac: mac(1), evidence: 'filter', reason: 'denied' },
      { mac: mac(1), evidence: 'paired', reason: 'pairing-limit', count: 40 },
    ] as const;
    finish({ resumedAt: 1000, firstFrameAt: 999, lastFrameAt: 1002, nics: [nic({ refused })] });
    finish({ resumedAt: 1000, firstFrameAt: 1001, lastFrameAt: 1005, nics: [nic({ refused })] });
    finish({ outcome: 'failed', warnings: [{ code: 'HERALD_SINK_LOST', message: 'gone' }] });
    bus.emit('warning', { warning: new HeraldError('HERALD_LEARNER_LOST', 'gone') });
    bus.emit('listener:failed', { event: 'x', error: 1 });
    bus.emit('snapshot:published', { guest, head: {} as never, store: 'directory' });
    expect(counters.stats).toMatchObject({
      announcements: {
        byOutcome: { announced: 2, failed: 1 },
        resumeToLastFrame: { count: 2, totalMs: 7, longestMs: 5 },
        resumeToFirstFrame: { count: 2, totalMs: 1, longestMs: 1 },
      },
      refusals: { denied: 2, 'pairing-limit': 80 },
      snapshots: 1,
      warnings: { HERALD_LEARNER_LOST: 1 },
      reportWarnings: { HERALD_SINK_LOST: 1 },
      listenerFailures: 1,
    });
  });

  it('sum up the frames of rounds, but for those that are observed', () => {
    const { bus, counters } = testCounters();
    const tell = (over: Partial<RoundReport>, mode?: 'observe'): void =>
      bus.emit('announce:round-finished', {
        guest,
        epoch: 1,
        round: round(over),
        ...(mode === undefined ? {} : { mode }),
      });
    tell({});
    tell({ delayed: 4, delayedMs: 12 });
    tell({ delayed: 1, delayedMs: 3 });
    tell({ delayed: 9, delayedMs: 99 }, 'observe');
    expect(counters.stats.frames).toEqual({ sent: 30, accepted: 27, delayed: 5, longestDelayMs: 12 });
  });
});
