import { type Guest, type GuestIntake, HeraldError, type MigrationEvents } from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';
import { IsolatingEventBus } from '@nic-herald/core/internal';
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
  const intake = new HostIntake(bus);
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
