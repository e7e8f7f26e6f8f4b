import type {
  FrameChannel,
  FrameSink,
  NicDescriptor,
  Port,
  PortLearner,
  PortResolution,
  PortResolver,
  StationLearner,
} from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, nicOf } from '../../test/fake-guest.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { snapshotOf, TestHost, waiting } from '../../test/test-host.js';
import { LearnerRegistry } from '../learn/learner-registry.js';

const HANDED = ['0', '1', '0/10', '1/10'];
const TAP: Port = { kind: 'tap', name: 'tap0', index: 3 };

const backed = (id: string): NicDescriptor => {
  const { port, ...nic } = nicOf(id);
  return { ...nic, backend: { type: 'tap', name: `host-${id}`, interfaceName: port?.name ?? '' } };
};

const found = async (): Promise<PortResolution> => ({ port: TAP });

/** A guest is awaited whose port this resolver finds. */
const awaited = (ports: PortResolver, learner?: FakeLearner) =>
  waiting(snapshotOf(), { ports, ...(learner === undefined ? {} : { learner }) }, (guest) => {
    guest.descriptors = [backed('nic0')];
  });

describe('a resolver that misbehaves while a guest is awaited', () => {
  it('and calls back in a loop does not keep the host at work', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return found();
    };
    const { test, guest } = await awaited({
      resolve,
      watch: (_, onChange) => {
        onChange();
        onChange();
        return () => onChange();
      },
    });
    await test.clock.advance(60_000);
    expect(asked).toBeLessThan(12);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
  });

  it.each<[string, PortResolver['watch']]>([
    [
      'throws where the watch ends',
      () => () => {
        throw new Error('no');
      },
    ],
    ['gives no way to stop', () => 'watched' as never],
    [
      'throws where the watch begins',
      () => {
        throw new Error('no');
      },
    ],
  ])('and %s costs its guest nothing', async (_, watch) => {
    const { test, guest } = await awaited({ resolve: found, ...(watch && { watch }) });
    await test.tell('changed', guest);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.sink.stations.slice(0, 4)).toEqual(HANDED);
    expect(test.report).toMatchObject({ outcome: 'announced' });
    await test.tell('gone', guest);
    await test.host.close();
  });

  it('and takes its time to end a watch holds up no guest that runs in this moment', async () => {
    let ended = 0;
    const { test, guest } = await awaited({
      resolve: found,
      watch: () => () => {
        ended += 1;
      },
    });
    test.resume(guest);
    expect([test.sink.stations, ended]).toEqual([HANDED, 0]);
    await test.clock.advance(0);
    expect(ended).toBe(1);
  });

  it('makes it ready again at once when a port changed', async () => {
    let change = (): void => {};
    const { test } = await awaited({
      resolve: found,
      watch: (_, onChange) => {
        change = onChange;
        return () => {};
      },
    });
    change();
    await test.clock.advance(0);
    expect(test.facts).toEqual(['announce:armed', 'announce:armed']);
  });

  it('and is silent costs what lies ready nothing, and is asked again', async () => {
    let silent = false;
    const { test, guest } = await awaited({
      resolve: () => (silent ? new Promise(() => {}) : found()),
    });
    silent = true;
    await test.tell('changed', guest);
    await test.clock.advance(1000);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
  });

  it('and was silent at first is asked again soon', async () => {
    let silent = true;
    const { test, guest } = await awaited({
      resolve: () => (silent ? new Promise(() => {}) : found()),
    });
    await test.clock.advance(1000);
    silent = false;
    await test.clock.advance(1000);
    test.resume(guest);
    expect(test.sink.stations).toEqual(HANDED);
  });
});

describe('a resolver that does not answer for a resident guest', () => {
  it('and was silent when it was first seen is asked again soon: the guest is learned at then', async () => {
    const learner = new FakeLearner();
    let silent = true;
    const ports: PortResolver = { resolve: () => (silent ? new Promise(() => {}) : found()) };
    const test = await TestHost.compose({ ports, learner });
    const guest = new FakeGuest();
    guest.descriptors = [backed('nic0')];
    await test.appear(guest, 'running');
    await test.clock.advance(3000);
    silent = false;
    expect(learner.log).toEqual([]);
    await test.clock.advance(5000);
    expect(learner.log).toEqual(['open tap0']);
  });

  it('costs it nothing of what is learned at its port', async () => {
    const learner = new FakeLearner();
    let silent = false;
    const ports: PortResolver = { resolve: () => (silent ? new Promise(() => {}) : found()) };
    const { test, guest } = await awaited(ports, learner);
    test.resume(guest);
    await test.clock.advance(1000);
    silent = true;
    await test.tell('changed', guest);
    await test.clock.advance(12_000);
    expect(learner.log).toEqual(['open tap0']);
  });

  it('and a tap that was made again is learned at again, and announced at', async () => {
    const learner = new FakeLearner();
    let index = 3;
    const ports: PortResolver = { resolve: async () => ({ port: { ...TAP, index } }) };
    const { test, guest } = await awaited(ports, learner);
    test.resume(guest);
    await test.clock.advance(1000);
    index = 4;
    await test.tell('changed', guest);
    await test.clock.advance(1000);
    expect(learner.log).toEqual(['open tap0', 'close tap0', 'open tap0']);
    const { opened } = test.sink;
    const announced = test.host.announce(guest);
    await test.clock.advance(1000);
    await announced;
    expect(test.sink.opened).toBeGreaterThan(opened);
  });
});

describe('a guest of many NICs', () => {
  const many = Array.from({ length: 16 }, (_, at) => ({ ...nicOf(`nic${at}`), port: TAP }));

  it('is ready as soon as one of few, where a sink hangs at each port', async () => {
    const { test } = await waiting(snapshotOf(), {}, (guest) => {
      guest.descriptors = many;
    });
    expect(test.facts).toEqual(['announce:armed']);
    test.sink.opening = () => new Promise(() => {});
    const guest = new FakeGuest('two', { name: 'web-2' });
    guest.descriptors = many;
    await test.appear(guest, 'incoming');
    await test.clock.advance(5000);
    expect(test.facts).toEqual(['announce:armed', 'announce:armed']);
  });

  it('is learned at as soon as one of few, where a learner hangs at each port', async () => {
    const learner = new FakeLearner();
    let begun = 0;
    learner.opening = () => {
      begun += 1;
      return new Promise(() => {});
    };
    const { test } = await waiting(snapshotOf(), { learner }, (guest) => {
      guest.descriptors = many;
    });
    expect([begun, test.facts]).toEqual([16, ['announce:armed']]);
  });

  it('that are called the same has one', async () => {
    const learner = new FakeLearner();
    const { test, guest } = await waiting(snapshotOf(), { learner }, (told) => {
      told.descriptors = [nicOf('nic0'), nicOf('nic0', { port: { kind: 'tap', name: 'tap1' } })];
    });
    test.resume(guest);
    await test.clock.advance(1000);
    expect([learner.log, test.report.nics.length]).toEqual([['open tap0'], 1]);
  });
});

describe('what a preferred plugin opens', () => {
  const nonsense: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object without methods', {}],
    ['an object with some', { close: async () => {}, read: 7, prepare: 'yes' }],
  ];

  it.each(nonsense)('as a channel: %s, and the next sink has the port', async (_, opened) => {
    const odd: FrameSink = {
      name: 'odd',
      claim: async () => ({ preference: 100 }),
      open: async () => opened as FrameChannel,
    };
    const { test, guest } = await waiting(snapshotOf(), { sinks: [odd] });
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report).toMatchObject({ outcome: 'announced', nics: [{ sink: 'fake-sink' }] });
    expect(test.warnings.join()).toMatch(/odd could not open port tap0/);
    await test.host.close();
  });

  it.each(nonsense)('as a learner: %s, and the next learner has the port', async (_, opened) => {
    const clock = new FakeClock();
    const odd: StationLearner = {
      name: 'odd',
      claim: async () => ({ preference: 100 }),
      open: async () => opened as PortLearner,
    };
    const next = new FakeLearner('next', 50);
    const { learning, problems } = await new LearnerRegistry([odd, next], clock).open(TAP);
    expect([learning?.learner, problems.map(({ code }) => code)]).toEqual(['next', ['HERALD_LEARNER_FAULT']]);
  });
});
