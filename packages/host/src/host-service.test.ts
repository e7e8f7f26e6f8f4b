import {
  CLOCK,
  FRAME_SINK,
  type FrameSink,
  GUEST_INTAKE,
  GUEST_MONITOR,
  HERALD_HOST,
  type HeraldHost,
  type HeraldPlugin,
  HOST_SERVICE,
  type HostService,
  inject,
  isHeraldError,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  multiToken,
  NIC_MODEL,
  type Resolver,
} from '@nic-herald/core';
import type { AnyToken, MultiToken } from '@nic-herald/core/internal';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, fakeModel, never } from '../test/fake-guest.js';
import { FakeSink } from '../test/fake-sink.js';
import { mac } from '../test/sample-nic.js';
import { snapshotOf, waiting } from '../test/test-host.js';
import { composeHost } from './compose-host.js';

/** A plugin that contributes one thing. */
const contributing = <T>(
  of: MultiToken<T>,
  factory: (resolver: Resolver) => T,
  name = 'test',
): HeraldPlugin => ({
  name,
  contract: 2,
  install: (registrar) => registrar.contribute(of, { factory }),
});
const service = (factory: (resolver: Resolver) => HostService, name?: string): HeraldPlugin =>
  contributing(HOST_SERVICE, factory, name);
const timed = (clock: FakeClock): HeraldPlugin => ({
  name: 'clock',
  contract: 2,
  install: (registrar) => registrar.provide(CLOCK, { value: clock }),
});

const codeOf = (error: unknown): string => (isHeraldError(error) ? error.code : String(error));

describe('the host that a plugin injects', () => {
  it('answers nothing while plugins are constructed, and says so', async () => {
    const told: unknown[] = [];
    const host = await composeHost(
      [
        service(({ get }) => {
          const early = get(HERALD_HOST);
          told.push(early.name, early.guests(), early.reports());
          told.push(early.inspect(new FakeGuest()).catch((error: unknown) => error));
          told.push(early.record(new FakeGuest()).catch(codeOf));
          expect(() => early.stats()).toThrow(expect.objectContaining({ code: 'HERALD_HOST_NOT_READY' }));
          return {};
        }),
      ],
      { name: 'A' },
    );
    await host.close();
    expect(await Promise.all(told)).toEqual([
      'A',
      [],
      [],
      expect.objectContaining({
        code: 'HERALD_HOST_NOT_READY',
        message:
          'inspect: the host A is not composed yet: ask it from `start` of a HOST_SERVICE on, not from a constructor',
      }),
      'HERALD_HOST_NOT_READY',
    ]);
  });

  it.each<[string, AnyToken, unknown]>([
    ['a model', NIC_MODEL, fakeModel()],
    ['a sink', FRAME_SINK, new FakeSink(new FakeClock())],
    ['a clock', CLOCK, new FakeClock()],
    ['a bus', MIGRATION_EVENT_BUS, new IsolatingEventBus()],
  ])('can be injected by %s', async (_, token, value) => {
    let seen: HeraldHost | undefined;
    const factory = ({ get }: Resolver): never => {
      seen = get(HERALD_HOST);
      return value as never;
    };
    const isOne = token === (CLOCK as AnyToken) || token === (MIGRATION_EVENT_BUS as AnyToken);
    const host = await composeHost([
      {
        name: 'test',
        contract: 2,
        install: (registrar) =>
          isOne
            ? registrar.provide(token as typeof CLOCK, { factory })
            : registrar.contribute(token as typeof NIC_MODEL, { factory }),
      },
    ]);
    expect([seen?.guests(), seen?.bus]).toEqual([[], host.bus]);
    await host.close();
  });

  it('has no way to close the host', async () => {
    let seen: HeraldHost | undefined;
    await using host = await composeHost([
      service(({ get }) => {
        seen = get(HERALD_HOST);
        return {};
      }),
    ]);
    expect([seen?.name, 'close' in (seen ?? {})]).toEqual([host.name, false]);
  });

  it('tells of its guests, reports and numbers', async () => {
    const { test, guest } = await waiting(snapshotOf({}, { vlans: [10] }));
    expect(test.host.stats().guests).toEqual({
      byPhase: { incoming: 1 },
      byResidence: { armed: 1 },
      nics: { withPort: 1, withoutPort: 0 },
    });
    expect(test.host.stats().state).toBe('running');
    test.resume(guest);
    await test.clock.advance(3000);
    const { reports } = test;
    expect(test.host.reports()).toEqual(reports);
    const stats = test.host.stats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    const frames = reports.flatMap(({ rounds }) => rounds).reduce((sum, round) => sum + round.frames, 0);
    expect(stats).toMatchObject({
      guests: { byPhase: { running: 1 }, byResidence: { resident: 1 } },
      announcements: {
        byOutcome: { announced: 1 },
        stations: 4,
        resumeToLastFrame: { count: 1 },
        resumeToFirstFrame: { count: 1 },
      },
      frames: { sent: frames, accepted: frames },
      pacer: { backlog: 0 },
      handoff: { reads: { failures: 0 }, writes: { failures: 0 } },
    });
    expect(stats.handoff.reads.calls).toBeGreaterThan(0);
    expect(stats.handoff.writes.calls).toBe(stats.snapshots);
    await test.host.close();
    expect(test.host.reports()).toEqual(reports);
    expect(test.host.stats()).toMatchObject({ state: 'closed', guests: { byPhase: {} } });
  });

  it('tells how many frames wait for the pace', async () => {
    const { test, guest } = await waiting(
      snapshotOf({}, { macs: Array.from({ length: 40 }, (_, index) => mac(index + 1)), vlans: [] }),
      { pacing: { framesPerSecond: 10, burst: 1 } },
    );
    test.resume(guest);
    const before = test.host.stats().pacer.backlog;
    await test.clock.advance(1000);
    expect(before).toBeGreaterThan(30);
    expect(test.host.stats().pacer.backlog).toBeLessThan(before);
    await test.host.close();
    expect(test.host.stats().pacer.backlog).toBe(0);
  });
});

describe('a HOST_SERVICE', () => {
  it('starts after stores and sinks when the host answers, and before the monitors', async () => {
    const log: string[] = [];
    const part = (name: string, of: MultiToken<HostService>): HeraldPlugin =>
      contributing(
        of,
        ({ get }) => ({
          start: async () => {
            const asked = get(HERALD_HOST).inspect(new FakeGuest());
            log.push(`${name} ${await asked.then(() => 'an answer', codeOf)}`);
          },
          close: async () => void log.push(`close ${name}`),
        }),
        name,
      );
    const host = await composeHost([
      part('monitor', GUEST_MONITOR as MultiToken<unknown> as MultiToken<HostService>),
      part('service', HOST_SERVICE),
      part('other', multiToken<HostService>('test/part')),
    ]);
    await host.close();
    expect(log).toEqual([
      'other HERALD_HOST_NOT_READY',
      'service HERALD_GUEST_UNKNOWN',
      'monitor HERALD_GUEST_UNKNOWN',
      'close monitor',
      'close service',
      'close other',
    ]);
  });

  it('hears every fact, from the first that a monitor reports to the last report', async () => {
    const clock = new FakeClock();
    const guest = new FakeGuest();
    const heard: string[] = [];
    class Observer implements HostService {
      constructor(@inject(MIGRATION_EVENT_BUS) private readonly bus: MigrationEventBus) {}
      start = async () => {
        for (const event of ['guest:appeared', 'announce:finished'] as const) {
          this.bus.on(event, () => heard.push(event));
        }
      };
      close = async () => void heard.push('close');
    }
    const host = await composeHost([
      timed(clock),
      {
        name: 'observer',
        contract: 2,
        install: (registrar) => registrar.contribute(HOST_SERVICE, { class: Observer }),
      },
      contributing(
        GUEST_MONITOR,
        ({ get }) => ({
          name: 'monitor',
          start: async () => get(GUEST_INTAKE).appeared({ guest, phase: 'running' }),
          close: async () => {},
        }),
        'monitor',
      ),
      contributing(FRAME_SINK, () => new FakeSink(clock) as FrameSink, 'sink'),
      contributing(NIC_MODEL, () => fakeModel(), 'model'),
    ]);
    await clock.advance(0);
    const report = host.announce(guest, { timing: { rounds: 1000 } });
    await clock.advance(100);
    await host.close();
    expect((await report).outcome).toBe('superseded');
    expect(heard).toEqual(['guest:appeared', 'announce:finished', 'close']);
  });

  it('that does not start is named', async () => {
    const failing = service(() => ({ start: () => Promise.reject(new Error('port taken')) }), 'dashboard');
    await expect(composeHost([failing])).rejects.toMatchObject({
      code: 'HERALD_PLUGIN_START',
      message: 'dashboard could not start: port taken',
      details: { plugin: 'dashboard' },
    });
  });

  it('that does not close holds up nothing', async () => {
    const clock = new FakeClock();
    const closed: string[] = [];
    const host = await composeHost([
      timed(clock),
      service(() => ({ close: async () => void closed.push('one') }), 'one'),
      service(() => ({ close: never }), 'stuck'),
    ]);
    const closing = expect(host.close()).rejects.toMatchObject({
      errors: [
        { code: 'HERALD_TIMEOUT', message: 'the close of stuck took longer than 5000 ms and was given up' },
      ],
    });
    await clock.advance(5000);
    await closing;
    expect(closed).toEqual(['one']);
  });
});
