import type { GuestPhase } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import type { MigrationStatus } from '../commands/migration-status.js';
import { MigrationProgress, type Ran } from './migration-progress.js';

type Step = string | MigrationStatus;
const sent = (status: string): MigrationStatus => ({ status, 'total-time': 10 });

/** The time of the step with that number, the first one 1. */
const at = (step: number): Ran => ({ resumedAt: step, readAt: step + 0.5 });

/**
 * Runs a progress through steps and gives what it reports. Events are strings (`resume` for RESUME, `exit MODE` for
 * COLO_EXIT), replies of query-migrate objects. A `resume` is reported unless the guest is a mirror.
 */
const run = (progress: MigrationProgress, steps: readonly Step[]): string[] => {
  const take = (step: Step, ran: Ran) => {
    if (typeof step === 'object') return progress.polled(step);
    if (step === 'stop') {
      const facts = progress.mirrors ? [] : [{ call: 'stopped' as const }];
      progress.afterStop();
      return facts;
    }
    if (step.startsWith('exit ')) return progress.leftColo(step.slice(5), ran);
    if (step !== 'resume') return progress.told(step, ran);
    const before = progress.mirrors ? [] : [...progress.beforeResume(), { call: 'resumed' as const, ...ran }];
    return [...before, ...progress.afterResume(ran)];
  };
  return steps.flatMap((step, index) =>
    take(step, at(index + 1)).map((fact) =>
      [
        fact.call,
        ...('side' in fact ? [fact.side, fact.status] : []),
        ...('resumedAt' in fact && fact.resumedAt !== index + 1 ? [`since ${fact.resumedAt}`] : []),
      ].join(' '),
    ),
  );
};

/** The same for a progress that begins with the first reply, which is told too. */
const tell = (phase: GuestPhase, first: MigrationStatus, steps: readonly Step[]): string[] => {
  const progress = new MigrationProgress(phase, first);
  return [...run(progress, [first]), ...run(progress, steps)];
};

describe('MigrationProgress', () => {
  it.each<[string, GuestPhase, MigrationStatus, Step[], string[]]>([
    // a source, by events as QEMU 7.2 sends them
    ['a source', 'running', {}, ['setup', 'active', 'completed'], ['outgoing', 'left']],
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
      ['outgoing', 'failed source cancelled', 'resumed'],
    ],
    [
      'a source continued by hand while it migrates',
      'running',
      {},
      ['active', 'resume', 'completed'],
      ['outgoing', 'resumed', 'left'],
    ],
    [
      'a source that fails and tries again',
      'running',
      {},
      ['setup', 'failed', 'setup', 'completed'],
      ['outgoing', 'failed source failed', 'outgoing', 'left'],
    ],
    // a source, by polling
    [
      'a polled source',
      'running',
      {},
      [{}, { status: 'setup' }, sent('active'), sent('completed'), sent('completed')],
      ['outgoing', 'left'],
    ],
    ['a polled source seen only at its end', 'running', {}, [sent('completed')], ['outgoing', 'left']],
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
      ['outgoing', 'left'],
    ],
    [
      'a guest that came in and left between two looks',
      'incoming',
      {},
      ['resume', { status: 'completed' }, sent('completed')],
      ['resumed', 'incoming', 'loaded', 'outgoing', 'left'],
    ],
    ['a shell left behind', 'migrated-away', sent('completed'), [sent('completed')], []],
    [
      'a shell left behind that is continued and sent again',
      'migrated-away',
      sent('completed'),
      ['resume', sent('completed'), sent('active'), sent('completed')],
      ['resumed', 'outgoing', 'left'],
    ],
    ['a guest in the midst of leaving', 'running', sent('active'), [], ['outgoing']],
    // a destination
    [
      'a destination',
      'incoming',
      {},
      ['setup', 'active', 'resume', 'completed'],
      ['incoming', 'resumed', 'loaded'],
    ],
    [
      'a destination started with -S',
      'incoming',
      {},
      ['setup', 'active', 'completed', 'resume'],
      ['incoming', 'loaded', 'resumed'],
    ],
    [
      'a destination found between its load and its cont',
      'incoming',
      { status: 'completed' },
      [{ status: 'completed' }, 'resume', { status: 'completed' }],
      ['incoming', 'loaded', 'resumed'],
    ],
    [
      'a polled destination whose resume comes first',
      'incoming',
      {},
      ['resume', { status: 'completed' }, { status: 'completed' }],
      ['resumed', 'incoming', 'loaded'],
    ],
    [
      'a destination of a post-copy',
      'incoming',
      {},
      ['active', 'postcopy-active', 'resume', 'completed'],
      ['incoming', 'resumed', 'loaded'],
    ],
    [
      'a destination of a post-copy found late',
      'running',
      { status: 'postcopy-active' },
      ['completed', 'setup'],
      ['incoming', 'loaded', 'outgoing'],
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
      ['incoming', 'resumed', 'loaded', 'outgoing', 'left'],
    ],
    [
      'a destination that runs and whose end is not told yet',
      'running',
      { status: 'active' },
      ['completed', { status: 'completed' }, sent('completed')],
      ['incoming', 'loaded', 'outgoing', 'left'],
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
      else progress.afterResume(at(1));
    }
    expect(progress.underway).toBe(underway);
  });

  describe('where the migration is a COLO', () => {
    const COLO = { status: 'colo' };
    const DONE = { status: 'completed' };

    // the order of events is what QEMU 7.2.22 was seen to send
    it.each<[string, { suspected?: boolean }, Step[], string[]]>([
      [
        'is silent through checkpoints, and tells of the RESUME after it took over',
        {},
        ['active', 'colo', 'resume', 'stop', 'resume', 'stop', 'completed', 'exit secondary', 'resume'],
        ['incoming', 'loaded', 'resumed'],
      ],
      [
        'counts from the take-over where the CPUs run through it',
        {},
        ['active', 'colo', 'resume', 'completed', 'exit secondary'],
        ['incoming', 'loaded', 'resumed'],
      ],
      [
        'takes over by COLO_EXIT alone, and once',
        {},
        ['active', 'colo', 'resume', 'exit secondary', 'completed', DONE],
        ['incoming', 'loaded', 'resumed'],
      ],
      [
        'is not taken in by the end of another pair',
        {},
        ['active', 'colo', 'resume', 'exit primary', 'exit none'],
        ['incoming'],
      ],
      [
        'can be a source after it took over, of a COLO too',
        {},
        ['active', 'colo', 'stop', 'completed', 'resume', 'setup', 'active', 'colo', 'stop', 'resume'],
        ['incoming', 'loaded', 'resumed', 'outgoing', 'stopped', 'resumed'],
      ],
      ['polled before its RESUME', {}, [{ status: 'active' }, COLO, 'resume', COLO], ['incoming']],
      [
        'polled after its RESUME: takes back what was told',
        {},
        [{ status: 'active' }, 'resume', COLO, 'stop', 'resume', COLO],
        ['incoming', 'resumed', 'stopped'],
      ],
      [
        'polled after its RESUME, suspected: tells nothing',
        { suspected: true },
        [{ status: 'active' }, 'resume', COLO, 'stop', 'resume', COLO],
        ['incoming'],
      ],
      [
        'polled as it takes over: has run since the RESUME that came with it',
        { suspected: true },
        [COLO, 'resume', 'stop', 'resume', DONE, DONE],
        ['incoming', 'loaded', 'resumed since 4'],
      ],
      [
        'suspected, and an ordinary migration: tells late, of the right time',
        { suspected: true },
        [{ status: 'active' }, 'resume', { status: 'active' }, DONE, DONE],
        ['incoming', 'loaded', 'resumed since 2'],
      ],
      [
        'suspected, and loaded before its RESUME',
        { suspected: true },
        [{ status: 'active' }, DONE, 'resume'],
        ['incoming', 'loaded', 'resumed'],
      ],
      [
        'suspected, and a post-copy',
        { suspected: true },
        [{ status: 'active' }, 'resume', { status: 'postcopy-active' }, DONE],
        ['incoming', 'resumed since 2', 'loaded'],
      ],
    ])('the secondary %s', (_, { suspected }, steps, facts) => {
      const progress = new MigrationProgress('incoming', {});
      if (suspected) progress.suspectMirror();
      expect(run(progress, steps)).toEqual(facts);
    });

    it.each<[string, Ran | undefined, Step[], string[]]>([
      ['running', at(0), ['stop', 'resume'], ['incoming']],
      ['running, and taking over', at(0), ['completed'], ['incoming', 'loaded', 'resumed']],
      ['running, and polled as it takes over', at(0), [DONE], ['incoming', 'loaded', 'resumed since 0']],
      ['at a checkpoint', undefined, ['completed', 'resume'], ['incoming', 'loaded', 'resumed']],
    ])('the secondary is found %s', (_, ran, steps, facts) => {
      const progress = new MigrationProgress('incoming', COLO, { ran });
      expect([...run(progress, [COLO]), ...run(progress, steps)]).toEqual(facts);
    });

    it.each<[string, Step[], string[]]>([
      [
        'goes on sending, stopped and resumed by checkpoints',
        ['setup', 'active', 'stop', 'colo', 'resume', 'stop', 'resume'],
        ['outgoing', 'stopped', 'resumed', 'stopped', 'resumed'],
      ],
      [
        'keeps the guest where it goes on alone',
        ['active', 'colo', 'stop', 'completed', 'exit primary', 'resume', sent('completed')],
        ['outgoing', 'stopped', 'failed source colo', 'resumed'],
      ],
      [
        'keeps the guest, polled',
        [sent('active'), COLO, COLO, sent('completed'), sent('completed')],
        ['outgoing', 'failed source colo'],
      ],
      [
        'keeps the guest, told by COLO_EXIT',
        [COLO, 'exit primary', 'completed'],
        ['outgoing', 'failed source colo'],
      ],
    ])('the primary %s', (_, steps, facts) => {
      expect(tell('running', {}, steps)).toEqual(facts);
    });

    it('is not looked at as often as a migration that will end', () => {
      const progress = new MigrationProgress('incoming', {});
      progress.polled({ status: 'active' });
      expect(progress.underway).toBe(true);
      progress.polled(COLO);
      progress.afterResume(at(1));
      expect(progress.underway).toBe(false);
    });

    it.each<[string, GuestPhase, Step[], boolean]>([
      ['a source', 'running', [], false],
      ['a destination that waits', 'incoming', ['active'], true],
      ['one that has run', 'incoming', ['active', 'resume'], false],
      ['one that is loaded', 'incoming', ['active', 'completed'], false],
    ])('is suspected of %s: %s', (_, phase, steps, suspected) => {
      const progress = new MigrationProgress(phase, {});
      run(progress, steps);
      progress.suspectMirror();
      expect(progress.mirrors).toBe(suspected);
    });
  });
});
