import {
  ANNOUNCE_POLICY,
  CLOCK,
  DEFAULT_GUEST_POLICY,
  FRAME_SINK,
  type FrameSink,
  GUEST_INTAKE,
  GUEST_MONITOR,
  type GuestMonitor,
  HANDOFF_STORE,
  HeraldError,
  type HeraldPlugin,
  type HostService,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  multiToken,
  NIC_MODEL,
  token,
} from '@nic-herald/core';
import type { AnyToken, MultiToken } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, fakeModel, never } from '../test/fake-guest.js';
import { FakeHandoff } from '../test/fake-handoff.js';
import { composeHost } from './compose-host.js';

const PART = multiToken<HostService>('test/part');

/** Plugins that write down what becomes of them. */
const testPlugins = () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const base: HeraldPlugin = {
    name: 'base',
    contract: 2,
    install: (registrar) => registrar.provide(CLOCK, { value: clock }),
  };
  const service = (name: string, over: Partial<HostService> = {}): HostService => ({
    start: async () => {
      log.push(`start ${name}`);
    },
    close: async () => {
      log.push(`close ${name}`);
    },
    ...over,
  });
  const plugin = (
    name: string,
    value: HostService = service(name),
    of: MultiToken<HostService> = PART,
  ): HeraldPlugin => ({
    name,
    contract: 2,
    install: (registrar) => registrar.contribute(of, { value }),
  });
  const monitor = (name: string, over: Partial<HostService> = {}): HeraldPlugin =>
    plugin(name, service(name, over), GUEST_MONITOR as MultiToken<unknown> as MultiToken<HostService>);
  return { clock, log, base, service, plugin, monitor };
};

describe('composeHost', () => {
  it.each<[string, HeraldPlugin[], object, string, string]>([
    ['no name', [], { name: '' }, 'HERALD_HOST_NAME', '1 to 128 characters, got 0'],
    ['a name too long', [], { name: 'h'.repeat(129) }, 'HERALD_HOST_NAME', '1 to 128 characters, got 129'],
    [
      'a missing requirement',
      [{ name: 'needy', contract: 2, requires: [token<string>('test/x')] as AnyToken[], install: () => {} }],
      {},
      'HERALD_PLUGIN_REQUIRES',
      'needy needs test/x',
    ],
    [
      'two models of one name',
      ['one', 'two'].map((name) => ({
        name,
        contract: 2,
        install: (registrar) => registrar.contribute(NIC_MODEL, { value: fakeModel() }),
      })),
      {},
      'HERALD_NAME_TAKEN',
      'two NIC models are called fake-card',
    ],
    [
      'a pace out of range',
      [
        {
          name: 'hasty',
          contract: 2,
          install: (registrar) =>
            registrar.provide(ANNOUNCE_POLICY, {
              value: { forGuest: () => DEFAULT_GUEST_POLICY, pacing: { framesPerSecond: 0, burst: 64 } },
            }),
        },
      ],
      {},
      'HERALD_ANNOUNCE_PACING',
      'framesPerSecond must be a whole number from 1 to 10000000, got 0',
    ],
  ])('refuses %s', async (_, plugins, options, code, message) => {
    await expect(composeHost(plugins, options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('starts services, then monitors, and closes in the reverse order, whatever the order of the plugins', async () => {
    for (const turned of [false, true]) {
      const { base, log, monitor, plugin } = testPlugins();
      const plugins = [monitor('monitor'), base, plugin('service')];
      const host = await composeHost(turned ? plugins.toReversed() : plugins, { name: 'A' });
      expect(log).toEqual(['start service', 'start monitor']);
      await host.close();
      expect(log.slice(2)).toEqual(['close monitor', 'close service']);
      await host.close();
      expect(log).toHaveLength(4);
    }
  });

  it('closes what had started, and what half started, where a start fails', async () => {
    const { base, log, monitor, plugin, service } = testPlugins();
    const failing = plugin(
      'failing',
      service('failing', { start: () => Promise.reject(new Error('no route')) }),
    );
    const later = plugin('later');
    await expect(
      composeHost([base, plugin('first'), failing, later, monitor('monitor')]),
    ).rejects.toMatchObject({
      code: 'HERALD_PLUGIN_START',
      message: 'failing could not start: no route',
      details: { plugin: 'failing' },
    });
    expect(log).toEqual(['start first', 'close failing', 'close first']);
  });

  it('passes on the error of the plugin itself, whatever goes wrong while closing', async () => {
    const { base, plugin, service } = testPlugins();
    const own = new HeraldError('HERALD_TEST_OWN', 'no privileges');
    const failing = service('failing', {
      start: () => Promise.reject(own),
      close: () => Promise.reject(new Error('and this too')),
    });
    await expect(composeHost([base, plugin('failing', failing)])).rejects.toBe(own);
  });

  it('names the plugin that does not start in time', async () => {
    const { base, clock, log, monitor, plugin } = testPlugins();
    let given: AbortSignal | undefined;
    const start: HostService['start'] = ({ signal }) => {
      given = signal;
      return never();
    };
    const outcome = expect(
      composeHost([base, plugin('first'), monitor('slow', { start })], { startDeadlineMs: 700 }),
    ).rejects.toMatchObject({
      code: 'HERALD_TIMEOUT',
      message: 'the start of slow took longer than 700 ms and was given up',
    });
    await clock.advance(700);
    await outcome;
    expect(given?.aborted).toBe(true);
    expect(log).toEqual(['start first', 'close slow', 'close first']);
    expect(clock.pending).toBe(0);
  });

  it('closes all though some fail, and tells of all that failed', async () => {
    const { base, log, plugin, service } = testPlugins();
    const failing = (name: string) =>
      plugin(name, service(name, { close: () => Promise.reject(new Error(name)) }));
    const host = await composeHost([base, failing('one'), plugin('good'), failing('two')]);
    const closing = host.close();
    await expect(closing).rejects.toMatchObject({
      message: '2 parts of the host did not close',
      errors: [new Error('two'), new Error('one')],
    });
    expect(log).toContain('close good');
  });

  it('starts and closes once what stands under several tokens', async () => {
    const { base, log, service } = testPlugins();
    const value = service('both');
    const both: HeraldPlugin = {
      name: 'both',
      contract: 2,
      install: (registrar) => {
        registrar.contribute(PART, { value });
        registrar.contribute(FRAME_SINK, { value: value as FrameSink });
        registrar.contribute(GUEST_MONITOR, { value: value as GuestMonitor });
      },
    };
    const host = await composeHost([both, base]);
    await host.close();
    expect(log).toEqual(['start both', 'close both']);
  });

  it('hears what a monitor reports while it starts', async () => {
    const { base } = testPlugins();
    const guest = new FakeGuest();
    const monitor: HeraldPlugin = {
      name: 'monitor',
      contract: 2,
      requires: [GUEST_INTAKE],
      install: (registrar) =>
        registrar.contribute(GUEST_MONITOR, {
          factory: ({ get }) => ({
            name: 'monitor',
            start: async () => get(GUEST_INTAKE).appeared({ guest, phase: 'running' }),
            close: async () => {},
          }),
        }),
    };
    const host = await composeHost([base, monitor]);
    expect(host.guests()).toEqual([guest]);
    await host.close();
    expect(host.guests()).toEqual([]);
  });

  it('takes a bus and a policy of a plugin in place of its own', async () => {
    const bus: MigrationEventBus = { emit: () => {}, on: () => () => {} };
    const { base } = testPlugins();
    const host = await composeHost([
      base,
      {
        name: 'bus',
        contract: 2,
        install: (registrar) => registrar.provide(MIGRATION_EVENT_BUS, { value: bus }),
      },
    ]);
    expect(host.bus).toBe(bus);
    await host.close();
  });

  it('shares nothing with another host of the process', async () => {
    const handoff = new FakeHandoff();
    const compose = (name: string) => {
      const { base } = testPlugins();
      return composeHost(
        [
          base,
          {
            name: 'handoff',
            contract: 2,
            install: (registrar) => registrar.contribute(HANDOFF_STORE, { value: handoff }),
          },
        ],
        { name },
      );
    };
    const [a, b] = await Promise.all([compose('A'), compose('B')]);
    const heard: string[] = [];
    a.bus.on('guest:gone', () => heard.push('A'));
    b.bus.on('guest:gone', () => heard.push('B'));
    b.bus.emit('guest:gone', { guest: new FakeGuest() });
    await Promise.all([a.close(), b.close()]);
    expect(heard).toEqual(['B']);
  });

  it('tells what it is made of, as JSON', async () => {
    const { base, plugin } = testPlugins();
    await using host = await composeHost([base, plugin('service')], { name: 'A' });
    const description = host.describe();
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description.host).toBe('A');
    expect(description.plugins.map((each) => each.plugin)).toEqual(['base', 'service', '@nic-herald/host']);
    expect(description.plugins[1]).toMatchObject({
      contract: 2,
      registrations: [{ token: 'test/part', cardinality: 'many', startMs: 0 }],
    });
    expect(description.plugins[2]?.registrations.map((each) => each.token)).toEqual([
      'core/migration-event-bus',
      'host/frame-schedule',
      'core/guest-intake',
      'core/herald-host',
      'host/handoff-stores',
      'core/guest-notes',
      'core/announce-policy',
      'core/announcement-companion',
      ...Array<string>(7).fill('core/announcement-kind'),
    ]);
  });
});
