import {
  type Guest,
  type GuestIntake,
  type GuestPhase,
  HeraldError,
  type MigrationEvents,
} from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest } from '../../test/fake-guest.js';
import { HostIntake } from './host-intake.js';

type Report = keyof GuestIntake;
type Fact = MigrationEvents[MigrationEventName];

const guest: Guest = new FakeGuest();
const appeared = { guest, phase: 'paused' } as const;
const resumed = { guest, resumedAt: 5, readAt: 6.5 };
const refused = { guest, side: 'destination', status: 'cancelled' } as const;
const filter = { guest, nic: 'nic0' };

/** What a monitor reports, and the fact that is told of it. */
const REPORTS: readonly [Report, object, MigrationEventName, Fact][] = [
  ['failed', refused, 'migration:failed', refused],
  ['appeared', appeared, 'guest:appeared', appeared],
  ['gone', { guest }, 'guest:gone', { guest }],
  ['incoming', { guest }, 'migration:incoming', { guest }],
  ['loaded', { guest }, 'migration:completed', { guest, side: 'destination' }],
  ['resumed', resumed, 'guest:resumed', resumed],
  ['stopped', { guest }, 'guest:stopped', { guest }],
  ['outgoing', { guest }, 'migration:outgoing', { guest }],
  ['left', { guest }, 'migration:completed', { guest, side: 'source' }],
  ['changed', filter, 'nic:filter-changed', filter],
  ['reset', { guest }, 'guest:reset', { guest }],
  ['changed', { guest }, 'nic:list-changed', { guest }],
];
const NAMES = [...new Set(REPORTS.map(([name]) => name))];
const EVENTS = new Set<MigrationEventName>(['warning', ...REPORTS.map(([, , event]) => event)]);

/** An intake, with who heard what in their order: the engine, which may fail, and the bus. */
const testIntake = (failure?: Error) => {
  const heard: (readonly [who: 'engine' | 'bus', what: string, fact: unknown])[] = [];
  const bus = new IsolatingEventBus();
  for (const event of EVENTS) bus.on(event, (fact) => heard.push(['bus', event, fact]));
  const take = (name: Report) => (fact: unknown) => {
    heard.push(['engine', name, fact]);
    if (failure !== undefined) throw failure;
  };
  const engine = Object.fromEntries(NAMES.map((name) => [name, take(name)])) as unknown as GuestIntake;
  const intake = new HostIntake(bus, new FakeClock());
  const report = (name: Report, fact: object): void => intake[name](fact as never);
  return { intake, engine, heard, report };
};

describe('HostIntake', () => {
  it.each([
    ['an error', new Error('broken'), 'HERALD_ENGINE_FAULT', 'work for web-1 failed: broken'],
    ['one of ours', new HeraldError('HERALD_TEST', 'said so'), 'HERALD_TEST', 'said so'],
  ])('tells of an engine that throws %s, then of every report all the same', (_, failure, code, message) => {
    for (const [name, fact, event, told] of REPORTS) {
      const { intake, engine, heard, report } = testIntake(failure);
      intake.actThrough(engine);
      report(name, fact);
      expect(heard).toMatchObject([
        ['engine', name, fact],
        ['bus', 'warning', { warning: { code, message }, guest }],
        ['bus', event, told],
      ]);
    }
  });

  it.each(REPORTS)(
    'has the engine act on %s of %j first, then tells of it as %s',
    (name, fact, event, told) => {
      const { intake, engine, heard, report } = testIntake();
      intake.actThrough(engine);
      report(name, fact);
      expect(heard).toEqual([
        ['engine', name, fact],
        ['bus', event, told],
      ]);
      expect(heard[0]?.[2]).toBe(fact);
    },
  );

  it.each(REPORTS)('only tells of %s of %j as %s where no engine takes part', (name, fact, event, told) => {
    const { intake, engine, heard, report } = testIntake();
    report(name, fact);
    expect(heard).toEqual([['bus', event, told]]);
    intake.actThrough(engine);
    intake.actThrough(undefined);
    report(name, fact);
    expect(heard.slice(1)).toEqual([['bus', event, told]]);
  });

  it('calls the engine as its own', () => {
    const { intake } = testIntake();
    class Engine {
      readonly gones: unknown[] = [];
      gone(fact: unknown): void {
        this.gones.push(fact);
      }
    }
    const engine = new Engine();
    intake.actThrough(engine as unknown as GuestIntake);
    intake.gone({ guest });
    expect(engine.gones).toEqual([{ guest }]);
  });
});

describe('HostIntake, of a guest that several monitors watch', () => {
  const PROCESS = { bootId: 'b', pid: 7, startTicks: 9 };
  const as = (instance: string, over: { readonly [K in keyof Guest]?: Guest[K] | undefined } = {}): Guest =>
    Object.assign(new FakeGuest(instance), { process: PROCESS, startedAt: 1 }, over) as Guest;
  const [first, second, third] = [as('first'), as('second'), as('third')] as const;

  /** What the engine and the bus are told when this is reported: who, what, of which instance, in which phase. */
  const toldOf = (...reports: readonly (readonly [Report, Guest, object?])[]) => {
    const { intake, engine, heard, report } = testIntake();
    intake.actThrough(engine);
    for (const [name, of, over] of reports) report(name, { guest: of, ...over });
    return heard.flatMap(([who, what, fact]) => {
      const { guest: of, phase = '' } = fact as { readonly guest: Guest; readonly phase?: string };
      return who === 'bus' && what !== 'warning' ? [] : [`${what} ${of.instance} ${phase}`.trim()];
    });
  };
  const appears = (of: Guest, phase: GuestPhase) => ['appeared', of, { phase }] as const;

  it('hands on nothing of the second one, and tells of it once', () => {
    const others = NAMES.filter((name) => name !== 'appeared' && name !== 'gone');
    const told = toldOf(
      appears(first, 'running'),
      appears(second, 'running'),
      ...others.map((name) => [name, second] as const),
      ['gone', second],
      appears(second, 'running'),
    );
    expect(told).toEqual(['appeared first running', 'warning first']);
  });

  it.each<[string, GuestPhase, readonly Report[], readonly string[]]>([
    ['that resumed', 'incoming', ['resumed'], ['appeared second running']],
    ['that was loaded', 'incoming', ['loaded'], ['appeared second incoming']],
    ['that did not come', 'incoming', ['failed'], ['appeared second paused']],
    ['that was stopped', 'running', ['stopped'], ['appeared second paused']],
    ['that came back', 'migrated-away', ['incoming'], ['appeared second incoming']],
    ['that is leaving', 'running', ['outgoing'], ['appeared second running', 'outgoing second']],
    [
      'that is about to have left',
      'running',
      ['outgoing', 'stopped'],
      ['appeared second paused', 'outgoing second'],
    ],
    ['that left', 'running', ['outgoing', 'stopped', 'left'], ['appeared second migrated-away']],
  ])('hands on the second one, %s, when the first is gone', (_, phase, reports, told) => {
    expect(
      toldOf(
        appears(first, 'running'),
        appears(second, phase),
        ...reports.map((name) => [name, second, { side: 'destination' }] as const),
        ['gone', first],
        ['reset', second],
      ),
    ).toEqual(['appeared first running', 'warning first', 'gone first', ...told, 'reset second']);
  });

  it('hands on one after the other', () => {
    const told = toldOf(
      appears(first, 'running'),
      appears(second, 'running'),
      appears(third, 'running'),
      ['gone', first],
      ['gone', second],
      ['gone', third],
    );
    expect(told).toEqual([
      'appeared first running',
      'warning first',
      'gone first',
      'appeared second running',
      'gone second',
      'appeared third running',
      'gone third',
    ]);
  });

  it('hands on the second one where another guest takes the instance of the first', () => {
    const other = as('first', { process: { ...PROCESS, pid: 8 } });
    const told = toldOf(appears(first, 'running'), appears(second, 'running'), appears(other, 'paused'));
    expect(told.slice(2)).toEqual(['appeared first paused', 'appeared second running']);
  });

  it('hands on the first one where it appears once more', () => {
    const told = toldOf(appears(first, 'running'), appears(second, 'running'), appears(first, 'paused'));
    expect(told.slice(2)).toEqual(['appeared first paused']);
  });

  it.each<[string, Guest, Guest]>([
    ['of which no process is known', as('a', { process: undefined }), as('b', { process: undefined })],
    ['without UUID and name', as('a', { identity: {} }), as('b', { identity: {} })],
    [
      'that are both ends of a migration, which one program passes on',
      as('a', { startedAt: undefined }),
      as('b', { startedAt: undefined }),
    ],
  ])('hands on two guests %s', (_, one, two) => {
    expect(toldOf(appears(one, 'running'), appears(two, 'incoming'))).toEqual([
      'appeared a running',
      'appeared b incoming',
    ]);
  });
});
