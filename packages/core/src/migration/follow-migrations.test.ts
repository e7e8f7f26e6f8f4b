import { describe, expect, it } from 'vitest';
import type { MigrationReport, NicReport } from '../announce/migration-report.js';
import type { Guest } from '../guest/guest.js';
import { followMigrations } from './follow-migrations.js';
import { IsolatingEventBus, type MigrationEventName } from './migration-event-bus.js';
import type { MigrationEvents } from './migration-events.js';
import type { MigrationFactLine } from './migration-line.js';
import { parseMigrationLine } from './parse-migration-line.js';

const guest = { identity: { name: 'web' }, instance: '/run/web.qmp#1' } as Guest;
const about = { at: 1000, host: 'B', guest: { name: 'web' }, instance: '/run/web.qmp#1' };
const station = (vlan?: number) => ({
  station: { mac: '52:54:00:00:00:01', ...(vlan !== undefined && { vlan }) },
});
const nic = {
  nic: 'nic0',
  port: 'tap0',
  sink: 'fabric',
  firedBy: 'kernel',
  announced: [station(), station(), station(10)],
  added: [station(20)],
  refused: [{ count: 3 }, {}],
} as unknown as NicReport;
const report = {
  id: 'x',
  revision: 1,
  host: 'B',
  cause: 'migration',
  outcome: 'announced',
  snapshots: [
    { host: 'C', epoch: 1 },
    { host: 'A', epoch: 2 },
    { host: 'B', epoch: 3 },
  ],
  resumedAt: 500,
  firstFrameAt: 500.50004,
  lastFrameAt: 502,
  nics: [nic],
  warnings: [],
} as unknown as MigrationReport;
const proof = { verdict: 'proved', isOpen: false, stations: 0, proved: 0, nics: [] };

/** The lines that facts make, as they come through JSON. */
const linesOf = (emit: (bus: IsolatingEventBus) => void): readonly MigrationFactLine[] => {
  const bus = new IsolatingEventBus();
  const lines: MigrationFactLine[] = [];
  const stop = followMigrations({ name: 'B', bus }, { now: () => 1000 }, (line) => lines.push(line));
  emit(bus);
  stop();
  emit(bus);
  for (const line of lines) expect(parseMigrationLine(JSON.stringify(line))).toEqual(line);
  return lines;
};

describe('followMigrations', () => {
  it.each<
    [string, { [E in MigrationEventName]: readonly [E, MigrationEvents[E]] }[MigrationEventName], object[]]
  >([
    ['nothing of a guest that runs', ['guest:appeared', { guest, phase: 'running' }], []],
    ['nothing of what was loaded', ['migration:completed', { guest, side: 'destination' }], []],
    ['a guest that waits', ['guest:appeared', { guest, phase: 'incoming' }], [{ fact: 'awaited' }]],
    ['a migration that begins', ['migration:incoming', { guest }], [{ fact: 'incoming' }]],
    ['what lies ready', ['announce:armed', { guest, frames: 3 }], [{ fact: 'armed', frames: 3 }]],
    [
      'what will not be sent',
      ['announce:armed', { guest, frames: 3, mode: 'observe' }],
      [{ fact: 'armed', frames: 3, mode: 'observe' }],
    ],
    [
      'its RESUME',
      ['guest:resumed', { guest, resumedAt: 1, readAt: 2 }],
      [{ fact: 'resumed', resumedAt: 1, readAt: 2 }],
    ],
    [
      'a migration that ended',
      ['migration:failed', { guest, side: 'source', status: 'x'.repeat(5000) }],
      [{ fact: 'failed', side: 'source', status: 'x'.repeat(1000) }],
    ],
    ['a guest that leaves', ['migration:outgoing', { guest }], [{ fact: 'leaving' }]],
    ['one that left', ['migration:completed', { guest, side: 'source' }], [{ fact: 'left' }]],
    ['one that is gone', ['guest:gone', { guest }], [{ fact: 'gone' }]],
    [
      'an announcement',
      ['announce:finished', { guest, cause: 'migration', report }],
      [
        {
          fact: 'announced',
          id: 'x',
          cause: 'migration',
          outcome: 'announced',
          from: 'A',
          stations: 3,
          refused: 4,
          firstFrameMs: 0.5,
          lastFrameMs: 2,
          nics: [{ nic: 'nic0', port: 'tap0', stations: 3, refused: 4, firedBy: 'kernel' }],
          warnings: [],
        },
      ],
    ],
    [
      'a revision of what is proved',
      ['announce:revised', { guest, report: { ...report, revision: 2, sections: { proof } } }],
      [{ fact: 'proof', id: 'x', revision: 2, resumedAt: 500, proof }],
    ],
    ['nothing of a revision of something else', ['announce:revised', { guest, report }], []],
    [
      'nothing of a proof that is none',
      ['announce:revised', { guest, report: { ...report, sections: { proof: 'yes' } } }],
      [],
    ],
  ])('tells %s', (_, [event, fact], lines) => {
    expect(linesOf((bus) => bus.emit(event, fact as never))).toEqual(
      lines.map((line) => ({ ...about, ...line })),
    );
  });

  it('tells what is proved with the announcement, right after it', () => {
    const lines = linesOf((bus) =>
      bus.emit('announce:finished', {
        guest,
        cause: 'migration',
        report: { ...report, sections: { proof } },
      }),
    );
    expect(lines.map(({ fact }) => fact)).toEqual(['announced', 'proof']);
  });

  it('counts no station of a NIC that has no way out, says why, and has ten warnings at most', () => {
    const { sink: _, firedBy: __, ...dark } = nic;
    const problem = { code: 'HERALD_NIC_NO_SINK', message: 'x'.repeat(5000) };
    const warnings = Array.from({ length: 11 }, () => problem);
    const [line] = linesOf((bus) =>
      bus.emit('announce:finished', {
        guest,
        cause: 'migration',
        report: { ...report, nics: [{ ...dark, problem }], warnings } as unknown as MigrationReport,
      }),
    );
    const message = 'x'.repeat(1000);
    expect(line).toMatchObject({ stations: 0, nics: [{ stations: 0, problem: { message } }] });
    expect(line).toHaveProperty('warnings.length', 10);
  });
});
