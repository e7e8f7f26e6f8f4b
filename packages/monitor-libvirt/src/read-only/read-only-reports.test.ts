import type { Guest, GuestPhase } from '@nic-herald/core';
import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { HeardMonitor } from '../../../qmp/test/heard-monitor.js';
import { ReadOnlyReports } from './read-only-reports.js';

const domain = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const guest = { instance: 'libvirt:web-1#1' } as Guest;
const { STARTED, SUSPENDED, RESUMED, STOPPED, UNDEFINED } = LIFECYCLE;
const {
  STARTED_MIGRATED,
  SUSPENDED_MIGRATED,
  SUSPENDED_POST_COPY,
  RESUMED_MIGRATED,
  RESUMED_POST_COPY,
  STOPPED_MIGRATED,
  STOPPED_FAILED,
} = LIFECYCLE_DETAIL;
type Heard = readonly [event: number, detail: number];

/** The order in which libvirt tells of each kind of migration, at either end. */
describe('what is reported', () => {
  it.each<[string, GuestPhase, readonly Heard[], readonly string[]]>([
    [
      'a destination that fails',
      'incoming',
      [
        [STARTED, STARTED_MIGRATED],
        [STOPPED, STOPPED_FAILED],
      ],
      ['incoming', 'failed', 'gone'],
    ],
    [
      'a source whose migration fails',
      'running',
      [
        [SUSPENDED, SUSPENDED_MIGRATED],
        [RESUMED, RESUMED_MIGRATED],
      ],
      ['stopped', 'failed', 'resumed'],
    ],
    ['a source whose migration is cancelled early', 'running', [], []],
    [
      'a source that is undefined meanwhile, and fails',
      'running',
      [
        [SUSPENDED, SUSPENDED_MIGRATED],
        [UNDEFINED, 0],
        [RESUMED, 0],
      ],
      ['stopped', 'failed', 'resumed'],
    ],
    [
      'a destination',
      'incoming',
      [
        [STARTED, STARTED_MIGRATED],
        [RESUMED, RESUMED_MIGRATED],
      ],
      ['incoming', 'resumed'],
    ],
    [
      'a destination in post-copy',
      'incoming',
      [
        [STARTED, STARTED_MIGRATED],
        [RESUMED, RESUMED_POST_COPY],
        [RESUMED, RESUMED_MIGRATED],
      ],
      ['incoming', 'resumed'],
    ],
    [
      'a destination that was found running',
      'running',
      [
        [STARTED, STARTED_MIGRATED],
        [RESUMED, RESUMED_MIGRATED],
      ],
      ['incoming', 'resumed'],
    ],
    [
      'a destination of a paused guest',
      'incoming',
      [
        [STARTED, STARTED_MIGRATED],
        [SUSPENDED, 0],
        [RESUMED, 0],
      ],
      ['incoming', 'resumed'],
    ],
    [
      'a source',
      'running',
      [
        [SUSPENDED, SUSPENDED_MIGRATED],
        [STOPPED, STOPPED_MIGRATED],
      ],
      ['stopped', 'left', 'gone'],
    ],
    [
      'a source in post-copy',
      'running',
      [
        [SUSPENDED, SUSPENDED_POST_COPY],
        [STOPPED, STOPPED_MIGRATED],
      ],
      ['stopped', 'left', 'gone'],
    ],
    ['a source of a paused guest', 'paused', [[STOPPED, STOPPED_MIGRATED]], ['left', 'gone']],
    [
      'a guest that comes and goes',
      'incoming',
      [
        [STARTED, STARTED_MIGRATED],
        [RESUMED, RESUMED_MIGRATED],
        [SUSPENDED, SUSPENDED_MIGRATED],
        [STOPPED, STOPPED_MIGRATED],
      ],
      ['incoming', 'resumed', 'stopped', 'left', 'gone'],
    ],
    [
      'a pause',
      'running',
      [
        [SUSPENDED, 0],
        [RESUMED, 0],
      ],
      ['stopped', 'resumed'],
    ],
  ])('of %s', (_, phase, events, told) => {
    const heard = new HeardMonitor();
    const reports = new ReadOnlyReports(guest, phase, heard.intake);
    for (const [event, detail] of events) {
      reports.hear({ domain, event, detail }, 7);
      if (event === STOPPED) reports.gone();
    }
    expect(heard.events).toEqual(told);
    for (const { event, fact } of heard.heard) {
      if (event === 'resumed') expect(fact).toEqual({ guest, resumedAt: 7, readAt: 7 });
    }
  });

  it('of which side failed', () => {
    const heard = new HeardMonitor();
    new ReadOnlyReports(guest, 'incoming', heard.intake).hear(
      { domain, event: STOPPED, detail: STOPPED_FAILED },
      7,
    );
    const source = new ReadOnlyReports(guest, 'running', heard.intake);
    source.hear({ domain, event: SUSPENDED, detail: SUSPENDED_MIGRATED }, 7);
    source.hear({ domain, event: RESUMED, detail: 0 }, 7);
    expect(heard.heard.filter(({ event }) => event === 'failed').map(({ fact }) => fact)).toEqual([
      { guest, side: 'destination', status: 'failed' },
      { guest, side: 'source', status: 'failed' },
    ]);
  });

  it('of NICs', () => {
    const heard = new HeardMonitor();
    new ReadOnlyReports(guest, 'running', heard.intake).nicsChanged();
    expect(heard.heard).toEqual([{ event: 'changed', fact: { guest } }]);
  });
});
