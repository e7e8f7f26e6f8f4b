import type { GuestPhase } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import type { MigrationStatus } from '../commands/migration-status.js';
import { MigrationProgress } from './migration-progress.js';

type Step = string | MigrationStatus;
const sent = (status: string): MigrationStatus => ({ status, 'total-time': 10 });

/** Events are strings (`resume` for RESUME), replies of query-migrate objects. */
const tell = (phase: GuestPhase, first: MigrationStatus, steps: readonly Step[]): string[] => {
  const progress = new MigrationProgress(phase, first);
  const run = (step: Step) => {
    if (typeof step === 'object') return progress.polled(step);
    if (step !== 'resume') return progress.told(step);
    return [...progress.beforeResume(), { event: 'resume' as const }, ...progress.afterResume()];
  };
  return [first, ...steps].flatMap((step) =>
    run(step).map((fact) =>
      [
        fact.event.replace('migration:', ''),
        ...('side' in fact ? [fact.side] : []),
        ...('status' in fact ? [fact.status] : []),
      ].join(' '),
    ),
  );
};

describe('MigrationProgress', () => {
  it.each<[string, GuestPhase, MigrationStatus, Step[], string[]]>([
    // a source, by events as QEMU 7.2 sends them
    ['a source', 'running', {}, ['setup', 'active', 'completed'], ['outgoing', 'completed source']],
    [
      'a source cancelled before its STOP',
      'running',
      {},
      ['setup', 'active', 'cancelling', 'cancelled'],
      ['outgoing', 'failed source cancelled'],
    ],
    [
      'a source cancelled after its STOP: known before the guest goes on',
      'running',
      {},
      ['setup', 'active', 'cancelling', 'resume', 'cancelled'],
      ['outgoing', 'failed source cancelled', 'resume'],
    ],
    [
      'a source continued by hand while it migrates',
      'running',
      {},
      ['active', 'resume', 'completed'],
      ['outgoing', 'resume', 'completed source'],
    ],
    [
      'a source that fails and tries again',
      'running',
      {},
      ['setup', 'failed', 'setup', 'completed'],
      ['outgoing', 'failed source failed', 'outgoing', 'completed source'],
    ],
    // a source, by polling
    [
      'a polled source',
      'running',
      {},
      [{}, { status: 'setup' }, sent('active'), sent('completed'), sent('completed')],
      ['outgoing', 'completed source'],
    ],
    [
      'a polled source seen only at its end',
      'running',
      {},
      [sent('completed')],
      ['outgoing', 'completed source'],
    ],
    [
      'a polled source that was cancelled long ago',
      'running',
      { status: 'cancelled' },
      [{ status: 'cancelled' }],
      [],
    ],
    [
      'a polled source whose failure is all that was seen',
      'running',
      {},
      [{}, { status: 'cancelled' }, { status: 'cancelled' }, sent('active'), { status: 'cancelled' }],
      ['outgoing', 'failed source cancelled', 'outgoing', 'failed source cancelled'],
    ],
    [
      'a source told of by events and replies',
      'running',
      {},
      ['setup', sent('active'), 'completed', sent('completed')],
      ['outgoing', 'completed source'],
    ],
    [
      'a guest that came in and left between two looks',
      'incoming',
      {},
      ['resume', { status: 'completed' }, sent('completed')],
      ['resume', 'incoming', 'completed destination', 'outgoing', 'completed source'],
    ],
    ['a shell left behind', 'migrated-away', sent('completed'), [sent('completed')], []],
    [
      'a shell left behind that is continued and sent again',
      'migrated-away',
      sent('completed'),
      ['resume', sent('completed'), sent('active'), sent('completed')],
      ['resume', 'outgoing', 'completed source'],
    ],
    ['a guest in the midst of leaving', 'running', sent('active'), [], ['outgoing']],
    // a destination
    [
      'a destination',
      'incoming',
      {},
      ['setup', 'active', 'resume', 'completed'],
      ['incoming', 'resume', 'completed destination'],
    ],
    [
      'a destination started with -S',
      'incoming',
      {},
      ['setup', 'active', 'completed', 'resume'],
      ['incoming', 'completed destination', 'resume'],
    ],
    [
      'a destination found between its load and its cont',
      'incoming',
      { status: 'completed' },
      [{ status: 'completed' }, 'resume', { status: 'completed' }],
      ['incoming', 'completed destination', 'resume'],
    ],
    [
      'a polled destination whose resume comes first',
      'incoming',
      {},
      ['resume', { status: 'completed' }, { status: 'completed' }],
      ['resume', 'incoming', 'completed destination'],
    ],
    [
      'a destination of a post-copy',
      'incoming',
      {},
      ['active', 'postcopy-active', 'resume', 'completed'],
      ['incoming', 'resume', 'completed destination'],
    ],
    [
      'a destination of a post-copy found late',
      'running',
      { status: 'postcopy-active' },
      ['completed', 'setup'],
      ['incoming', 'completed destination', 'outgoing'],
    ],
    [
      'a destination that fails',
      'incoming',
      {},
      ['active', 'failed'],
      ['incoming', 'failed destination failed'],
    ],
    [
      'a destination that sends its guest on',
      'incoming',
      {},
      ['active', 'resume', 'completed', { status: 'completed' }, 'setup', 'completed'],
      ['incoming', 'resume', 'completed destination', 'outgoing', 'completed source'],
    ],
    ['a guest that came in long ago', 'running', { status: 'completed' }, [{ status: 'completed' }], []],
    ['nothing', 'running', {}, ['none', { status: 'none' }], []],
  ])('tells of %s', (_, phase, first, steps, facts) => {
    expect(tell(phase, first, steps)).toEqual(facts);
  });

  it.each<[string, GuestPhase, Step[], boolean]>([
    ['nothing happens', 'running', [], false],
    ['a source is sending', 'running', [sent('active')], true],
    ['a destination has resumed and the end is due', 'incoming', ['resume'], true],
    ['a destination is done', 'incoming', ['resume', { status: 'completed' }], false],
  ])('knows whether one is under way: %s', (_, phase, steps, underway) => {
    const progress = new MigrationProgress(phase, {});
    for (const step of steps) {
      if (typeof step === 'object') progress.polled(step);
      else progress.afterResume();
    }
    expect(progress.underway).toBe(underway);
  });
});
