import type { MigrationLine, StationProof } from '@nic-herald/core/internal';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { WatchView } from './watch-view.js';

const AT = Date.parse('2026-01-02T03:04:05.678');
const about = { at: AT, host: 'B', guest: { name: 'web' }, instance: '/run/web.qmp#1' };
const line = (fact: string, more: object = {}): MigrationLine =>
  ({ ...about, fact, ...more }) as unknown as MigrationLine;
const nic = { nic: 'nic0', port: 'tap0', stations: 2, refused: 0, firedBy: 'kernel' };
const announced = (more: object = {}): MigrationLine =>
  line('announced', {
    id: 'x',
    cause: 'migration',
    outcome: 'announced',
    from: 'A',
    stations: 2,
    refused: 0,
    firstFrameMs: 0.31,
    lastFrameMs: 0.92,
    nics: [nic],
    warnings: [],
    ...more,
  });
const YES = { value: 'yes' };
const station = (number: number, more: object = {}): StationProof =>
  ({
    mac: `52:54:00:00:00:0${number}`,
    local: YES,
    witness: YES,
    traffic: YES,
    firstFrameMs: number,
    ...more,
  }) as never;
const dark = (number: number, more: object = {}): StationProof =>
  ({
    mac: `52:54:00:00:00:0${number}`,
    vlan: 300,
    local: YES,
    traffic: { value: 'cannot-tell', reason: 'quiet' },
    witness: { value: 'cannot-tell', reason: 'unseen' },
    ...more,
  }) as never;
const proof = (stations: readonly StationProof[], more: object = {}): MigrationLine => {
  const proved = stations.filter(({ traffic }) => traffic.value === 'yes').length;
  return line('proof', {
    id: 'x',
    revision: 1,
    resumedAt: AT,
    proof: {
      verdict: proved === stations.length ? 'proved' : proved > 0 ? 'partly' : 'unproved',
      isOpen: false,
      stations: stations.length,
      proved,
      nics: [{ nic: 'nic0', port: 'tap0', stations }],
      ...more,
    },
  });
};
const CAUSE = { code: 'unseen', params: {}, message: 'nothing came in at A' };

/** What is seen of these lines, without the heading and the time of each. */
const seen = (...lines: readonly MigrationLine[]): readonly string[] => {
  const view = new WatchView({ color: false });
  const text = lines.map((each) => view.textOf(each)).join('');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  const rows = text.split('\n').slice(0, -1);
  for (const row of rows) expect(stringWidth(row)).toBeLessThanOrEqual(100);
  return rows
    .filter((row) => row !== '' && !row.startsWith('web on '))
    .map((row) => row.replace('03:04:05.678', '-'));
};

const NOT_SEEN = '    ○ 52:54:00:00:00:01  VLAN 300   nic0 tap0                not seen  ';
const HEAD = '      station                       NIC, port              back after  proved by';

describe('what a watcher sees', () => {
  it.each<[string, MigrationLine, readonly string[]]>([
    ['nothing of an agent that is there', line('alive'), []],
    ['an agent', line('watching', { proof: true }), ['watching B']],
    [
      'an agent without proof',
      line('watching', { proof: false }),
      [
        'watching B',
        '  proof is off there: the announcement is shown, and not whether stations are back. Turn it on with',
        '  "proof: {}" in the herald.yaml of both hosts, and restart their agents.',
      ],
    ],
    [
      'what was dropped',
      line('dropped', { lines: 1 }),
      ['1 line of B dropped: what is watched was not read in time'],
    ],
    ['a guest that waits', line('awaited'), ['  -  awaited']],
    ['a migration that begins', line('incoming'), ['  -  its migration comes in']],
    ['what lies ready', line('armed', { frames: 1 }), ['  -  armed: 1 frame lies ready']],
    [
      'what will not be sent',
      line('armed', { frames: 2, mode: 'observe' }),
      ['  -  armed: 2 frames lie ready, and none will be sent (mode: observe)'],
    ],
    ['its RESUME', line('resumed', { resumedAt: AT, readAt: AT + 1, at: AT + 99 }), ['  -  resumed']],
    [
      'a migration that ended at the source',
      line('failed', { side: 'source', status: 'cancelled' }),
      ['  -  stays here: its migration ended as cancelled'],
    ],
    [
      'a migration that ended at the destination',
      line('failed', { side: 'destination', status: '\x1b[2J' }),
      ['  -  does not come: its migration ended as \\x1b[2J'],
    ],
    ['a guest that leaves', line('leaving'), ['  -  is being sent to another host']],
    ['one that left', line('left'), ['  -  left']],
    ['one that is gone', line('gone'), ['  -  gone']],
    [
      'an announcement',
      announced(),
      ['  -  announced, from A: 1 NIC, 2 stations; 0.3 to 0.9 ms after RESUME, by the kernel'],
    ],
    [
      'one without RESUME',
      announced({ cause: 'late', firstFrameMs: undefined, lastFrameMs: undefined, refused: 3 }),
      ['  -  announced late, from A: 1 NIC, 2 stations, 3 refused, by the kernel'],
    ],
    [
      'one that somebody asked for',
      announced({ cause: 'manual', from: undefined, firstFrameMs: undefined, nics: [] }),
      ['  -  announced on request: 0 NICs, 2 stations'],
    ],
    [
      'one that repeats another',
      announced({
        cause: 'manual',
        retryOf: 'y',
        firstFrameMs: undefined,
        nics: [{ ...nic, firedBy: 'agent' }],
      }),
      ['  -  announced again, from A: 1 NIC, 2 stations, by the agent'],
    ],
    [
      'one of which a NIC failed, whose problem is a warning, too',
      announced({
        outcome: 'failed',
        nics: [
          { nic: 'nic0', stations: 0, refused: 0, problem: { code: 'HERALD_X', message: 'no \u202eport' } },
        ],
        warnings: [
          { code: 'HERALD_X', message: 'no \u202eport' },
          { code: 'HERALD_Y', message: 'slow' },
        ],
      }),
      [
        '  -  could not be announced, from A: 1 NIC, 2 stations; 0.3 to 0.9 ms after RESUME',
        '                nic0: no \\x202eport (HERALD_X)',
        '                slow (HERALD_Y)',
      ],
    ],
    [
      'stations that are back, in the order in which they were',
      proof([station(3, { vlan: 4094 }), station(1, { local: { value: 'cannot-tell' } })]),
      [
        HEAD,
        '    ● 52:54:00:00:00:01             nic0 tap0                  1.0 ms  traffic, witness',
        '    ● 52:54:00:00:00:03  VLAN 4094  nic0 tap0                  3.0 ms  traffic, witness, local',
        '  -  proved: all 2 stations seen to be back',
      ],
    ],
    [
      'a station at which no frame was seen',
      proof([station(1, { traffic: YES, firstFrameMs: undefined })], { isOpen: true }),
      [
        HEAD,
        '    ● 52:54:00:00:00:01             nic0 tap0                          traffic, witness, local',
      ],
    ],
    [
      'what is not back, and why',
      proof([dark(1)], { cause: CAUSE }),
      [
        `${NOT_SEEN}traffic quiet, witness unseen`,
        '  -  unproved: 0 of 1 station seen to be back',
        '                nothing came in at A',
      ],
    ],
    [
      'what speaks against it',
      proof([dark(1, { local: { value: 'no', reason: 'absent' } })], { cause: CAUSE }),
      [
        `${NOT_SEEN}local absent`,
        '  -  unproved: 0 of 1 station seen to be back',
        '                nothing came in at A',
      ],
    ],
    ['nothing of what is open', proof([dark(1)], { isOpen: true }), []],
    [
      'a cause that shows early',
      proof([dark(1)], { isOpen: true, cause: CAUSE }),
      ['  -  unproved: 0 of 1 station seen to be back so far', '                nothing came in at A'],
    ],
  ])('%s', (_, given, rows) => {
    expect(seen(given)).toEqual(rows);
  });

  it('is said once: a station, a cause, and what an agent tells again', () => {
    const open = proof([station(1), dark(2)], { isOpen: true, cause: CAUSE });
    const armed = { frames: 2 };
    expect(
      seen(
        line('armed', armed),
        line('armed', { ...armed, at: AT + 1 }),
        open,
        open,
        proof([station(1), station(2, { vlan: 300 })]),
      ),
    ).toEqual([
      '  -  armed: 2 frames lie ready',
      HEAD,
      '    ● 52:54:00:00:00:01             nic0 tap0                  1.0 ms  traffic, witness, local',
      '  -  partly: 1 of 2 stations seen to be back so far',
      '                nothing came in at A',
      '    ● 52:54:00:00:00:02  VLAN 300   nic0 tap0                  2.0 ms  traffic, witness, local',
      '  -  proved: all 2 stations seen to be back',
    ]);
  });

  it('does not say that a migration begins where the guest runs already', () => {
    const rows = seen(line('resumed', { resumedAt: AT, readAt: AT }), line('incoming'), line('incoming'));
    expect(rows).toEqual(['  -  resumed']);
  });

  it('says of a station once more when it was back, where that shows later', () => {
    const first = station(1, { firstFrameMs: undefined });
    const rows = seen(
      proof([first], { isOpen: true }),
      proof([first], { isOpen: true }),
      proof([station(1)]),
    );
    expect(rows.filter((row) => row.includes('●'))).toEqual([
      expect.not.stringContaining(' ms '),
      expect.stringContaining(' 1.0 ms '),
    ]);
  });

  it('names twenty that are missing, and how many there are more', () => {
    const rows = seen(proof(Array.from({ length: 25 }, (_, number) => dark(number % 10))));
    expect(rows.filter((row) => row.includes('not seen')).length).toBe(20);
    expect(rows).toContain('    ○ and 5 more');
  });

  it('does not tell the proof of what is announced again: that of the first has it', () => {
    expect(seen({ ...proof([station(1)]), retryOf: 'y' } as MigrationLine)).toEqual([]);
  });

  it('has a heading where another guest comes, and room for any name', () => {
    const view = new WatchView({ color: false });
    const other = { guest: { name: `\x1b]0;${'x'.repeat(250)}` }, instance: 'other' };
    const text = [line('left'), line('gone'), line('left', other), line('awaited')].map((each) =>
      view.textOf(each),
    );
    expect(text.map((each) => /^\n(.*)\n/.exec(each)?.[1])).toEqual([
      'web on B',
      undefined,
      `\\x1b]0;${'x'.repeat(52)}… on B`,
      'web on B',
    ]);
  });

  it('cuts long names of NICs and ports', () => {
    const long = { nic: '/machine/peripheral/virtio-net-pci-0', port: 'tap0123456789ab' };
    const [, row] = seen(
      proof([station(1, { vlan: 4094 })], { nics: [{ ...long, stations: [station(1)] }] }),
    );
    expect(row).toContain('/machine/peripheral…  ');
  });
});
