import { readFileSync } from 'node:fs';
import { type Guest, HeraldError, type MigrationEvents, type MigrationReport } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logFacts } from './fact-log.js';

const guest: Guest = {
  instance: '/run/web.qmp#1',
  identity: { name: 'web' },
  hypervisor: { name: 'QEMU', version: '7.2.22' },
  nics: () => Promise.resolve([]),
  inspect: () => {
    throw new Error('not asked');
  },
};
const refusal = {
  mac: MacAddress.of('52:54:00:00:00:01'),
  evidence: 'filter',
  reason: 'station-limit',
} as const;
const report = (refusals: number, warnings: MigrationReport['warnings'] = []): MigrationReport => ({
  format: 1,
  revision: 1,
  guest: guest.identity,
  host: 'B',
  epoch: 4,
  cause: 'migration',
  outcome: 'announced',
  snapshots: [],
  resumedAt: 1000,
  lastFrameAt: 1002.5,
  rounds: [{ round: 1, startedAt: 1001, finishedAt: 1002.5, frames: 2, accepted: 2 }],
  nics: [
    {
      nic: 'nic0',
      model: 'virtio-net',
      sink: 'linux-tap',
      source: 'hand-off',
      announced: [],
      added: [],
      withdrawn: [],
      refused: Array.from({ length: refusals }, () => refusal),
      incomplete: [],
    },
  ],
  warnings,
});

type Line = Record<string, unknown>;

/** What one fact leaves in the log. */
const logged = <E extends keyof MigrationEvents>(event: E, fact: MigrationEvents[E]): readonly Line[] => {
  const lines: Line[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const bus = new IsolatingEventBus();
  const stops = logFacts(
    bus,
    pino({ level: 'debug', base: null, timestamp: false }, destination),
    new FakeClock(),
  );
  bus.emit(event, fact);
  expect(lines).toEqual([]); // nothing is written before the turn is over: a resume is being answered in it
  for (const stop of stops) stop();
  bus.emit(event, fact);
  return lines;
};

/** Every field of the log, as docs/operating.md has them. */
const documented = new Set(
  [
    ...readFileSync(new URL('../../../../docs/operating.md', import.meta.url), 'utf8').matchAll(
      /^\| (`\w+`(?:, `\w+`)*) +\|/gm,
    ),
  ]
    .flatMap(([, names = '']) => names.split(', '))
    .map((name) => name.replaceAll('`', '')),
);

const FACTS: { readonly [E in keyof MigrationEvents]?: readonly MigrationEvents[E][] } = {
  'guest:appeared': [{ guest, phase: 'running' }],
  'guest:gone': [{ guest }],
  'guest:resumed': [{ guest, resumedAt: 1, readAt: 2 }],
  'guest:stopped': [{ guest }],
  'nic:filter-changed': [{ guest, nic: 'nic0' }],
  'nic:list-changed': [{ guest }],
  'migration:incoming': [{ guest }],
  'migration:outgoing': [{ guest }],
  'migration:completed': [{ guest, side: 'source' }],
  'migration:failed': [{ guest, side: 'source', status: 'failed' }],
  'announce:armed': [{ guest, frames: 1, mode: 'observe' }],
  'announce:finished': [
    { guest, cause: 'migration', report: report(11, [{ code: 'HERALD_X', message: 'x' }]) },
  ],
  'announce:revised': [{ guest, report: report(0) }],
  warning: [
    { guest, warning: new HeraldError('HERALD_X', 'x', { details: { guest: 'name:web', host: 'B' } }) },
  ],
};

describe('the fields of the log', () => {
  it.each(Object.keys(FACTS) as (keyof typeof FACTS)[])('mean one thing, and are documented: %s', (event) => {
    for (const fact of FACTS[event] ?? []) {
      for (const line of logged(event, fact as never)) {
        expect(Object.keys(line).filter((field) => !documented.has(field))).toEqual([]);
        expect(line).toMatchObject({ event, guest: 'web', instance: guest.instance });
        expect(line).not.toHaveProperty('host'); // it is this host's, which the logger of the agent says
      }
    }
  });
});

describe('the log', () => {
  it.each([
    ['guest:appeared', { guest, phase: 'incoming' }, 'guest appeared, incoming'],
    ['guest:resumed', { guest, resumedAt: 1, readAt: 1.15 }, 'guest resumed'],
    [
      'migration:failed',
      { guest, side: 'source', status: 'cancelled' },
      'migration ended without moving the guest: cancelled',
    ],
    ['announce:armed', { guest, frames: 9 }, 'armed: 9 frames lie ready'],
    [
      'announce:armed',
      { guest, frames: 9, mode: 'observe' },
      'armed: 9 frames lie ready, and none of them will be sent (mode: observe)',
    ],
    ['listener:failed', { event: 'guest:gone', error: new Error('boo') }, 'a listener of guest:gone failed'],
  ] as const)('tells of %s in one line', (event, fact, message) => {
    expect(logged(event, fact)).toMatchObject([{ event, msg: message }]);
  });

  it('names the guest and the code of a warning', () => {
    const warning = new HeraldError('HERALD_PORT_DOWN', 'tap0 is down', { details: { port: 'tap0' } });
    expect(logged('warning', { warning, guest })).toMatchObject([
      { level: 40, guest: 'web', code: 'HERALD_PORT_DOWN', port: 'tap0', msg: 'tap0 is down' },
    ]);
  });

  it.each([
    [9, 30],
    [8, 40],
  ])('of a round of which %d of 9 frames were taken has level %d', (accepted, level) => {
    const round = { round: 2, startedAt: 1, finishedAt: 2, frames: 9, accepted };
    expect(logged('announce:round-finished', { guest, epoch: 1, round })).toMatchObject([
      { level, accepted },
    ]);
  });

  it('of a round that was only observed is no warning, and says that nothing was sent', () => {
    const round = { round: 2, startedAt: 1, finishedAt: 2, frames: 9, accepted: 0 };
    expect(logged('announce:round-finished', { guest, epoch: 1, round, mode: 'observe' })).toMatchObject([
      { level: 30, mode: 'observe', frames: 9, msg: 'round 2: 9 frames, none was sent' },
    ]);
  });

  it('of an announcement that was only observed says so', () => {
    const observed = { ...report(0), outcome: 'observed', mode: 'observe' } as const;
    expect(logged('announce:finished', { guest, cause: 'migration', report: observed })).toMatchObject([
      { level: 30, outcome: 'observed', mode: 'observe', msg: 'announcement over: observed' },
    ]);
  });

  it('of a round that had to wait says how long', () => {
    const round = {
      round: 1,
      startedAt: 1,
      finishedAt: 4,
      frames: 9,
      accepted: 9,
      delayed: 3,
      delayedMs: 2.00049,
    };
    expect(logged('announce:round-finished', { guest, epoch: 1, round })).toMatchObject([
      { delayed: 3, delayedMs: 2 },
    ]);
  });

  it('sums up a report', () => {
    expect(logged('announce:finished', { guest, cause: 'migration', report: report(0) })).toMatchObject([
      {
        level: 30,
        outcome: 'announced',
        epoch: 4,
        frames: 2,
        resumeToLastFrameMs: 2.5,
        msg: 'announcement over: announced',
      },
    ]);
  });

  it('of a report with warnings is a warning', () => {
    const warnings = [{ code: 'HERALD_NIC_NO_PORT', message: 'nic1 has no port' }] as const;
    expect(
      logged('announce:finished', { guest, cause: 'migration', report: report(0, warnings) }),
    ).toMatchObject([{ level: 40, warnings: ['nic1 has no port (HERALD_NIC_NO_PORT)'] }]);
  });

  it('is not filled by a guest that invents stations', () => {
    const lines = logged('announce:finished', { guest, cause: 'migration', report: report(5000) });
    expect(lines).toHaveLength(12);
    expect(lines.at(-2)).toMatchObject({ more: 4990, msg: 'more refusals, see the report' });
  });
});

describe('logFacts, of one guest that has too much to tell', () => {
  const other: Guest = { ...guest, instance: '/run/db.qmp#1', identity: { name: 'db' } };
  const kept = () => {
    const lines: Line[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    const bus = new IsolatingEventBus();
    const clock = new FakeClock();
    const stops = logFacts(bus, pino({ level: 'info', base: null, timestamp: false }, destination), clock);
    const close = (): void => {
      for (const stop of stops) stop();
    };
    return { lines, bus, clock, close };
  };
  const said = (lines: readonly Line[]): readonly unknown[] =>
    lines.filter(({ leftOut }) => leftOut !== undefined).map(({ msg }) => msg);

  it('writes fifty lines of each kind in ten seconds and says what it left out, of errors and refusals too', async () => {
    const { lines, bus, clock, close } = kept();
    const warning = new HeraldError('HERALD_TEST', 'trouble');
    for (let round = 0; round < 400; round += 1) {
      bus.emit('guest:stopped', { guest });
      bus.emit('guest:resumed', { guest, resumedAt: 1, readAt: 2 });
      bus.emit('migration:failed', { guest, side: 'destination', status: 'failed' });
      bus.emit('warning', { guest, warning });
    }
    for (let round = 0; round < 30; round += 1) {
      bus.emit('announce:finished', { guest, cause: 'migration', report: report(12) });
    }
    bus.emit('guest:stopped', { guest: other });
    for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
    await clock.advance(9_999);
    expect(said(lines)).toEqual([]);
    expect(lines.filter((line) => line['guest'] === 'db')).toHaveLength(1);
    expect(lines).toHaveLength(4 * 50 + 50 + 30 + 30 + 1); // refusals, more of them, and the ends
    await clock.advance(1);
    expect(said(lines)).toEqual([
      ...Array.from({ length: 4 }, () => 'guest web: 350 more like this in 10 s left out'),
      'guest web: 250 more like this in 10 s left out',
    ]);
    bus.emit('guest:stopped', { guest });
    close();
    expect(lines.at(-1)).toMatchObject({ msg: 'guest stopped' });
    expect(clock.pending).toBe(0);
  });

  it('says at its end what it left out until then', () => {
    const { lines, bus, close } = kept();
    for (let round = 0; round < 51; round += 1) bus.emit('guest:stopped', { guest });
    close();
    expect(lines).toHaveLength(51);
    expect(said(lines)).toEqual(['guest web: 1 more like this in 10 s left out']);
  });

  it('counts no line that its level leaves out', async () => {
    const { lines, bus, clock } = kept();
    for (let round = 0; round < 100; round += 1) bus.emit('nic:filter-changed', { guest, nic: 'nic0' });
    await clock.advance(10_000);
    expect(lines).toEqual([]);
  });
});
