import type { HeraldError, LearnedAddress, LearnedStation, NicDescriptor } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { never, nicOf } from '../../test/fake-guest.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { answered, asserted, having } from '../../test/sample-addresses.js';
import { learned, seenSomewhere, station } from '../../test/sample-nic.js';
import { GuestLearning } from './guest-learning.js';
import { LearnerRegistry } from './learner-registry.js';

const BOTH = [nicOf('nic0'), nicOf('nic1')];

const testLearning = (...others: FakeLearner[]) => {
  const clock = new FakeClock();
  const learner = new FakeLearner();
  const warnings: HeraldError[] = [];
  const learning = new GuestLearning(new LearnerRegistry([learner, ...others], clock), clock, (problem) => {
    warnings.push(problem);
  });
  /** With the fake time that it takes. */
  const taking = async <T>(ms: number, work: () => Promise<T>): Promise<T> => {
    const result = work();
    await clock.advance(ms);
    return result;
  };
  const attend = (nics: readonly NicDescriptor[], ms = 0) => taking(ms, () => learning.attend(nics));
  const read = (ms = 0) => taking(ms, () => learning.read());
  const told = () => warnings.map(({ code, message }) => `${code} ${message}`);
  return { clock, learner, learning, attend, read, told };
};

describe('GuestLearning, at the port of another guest', () => {
  const beside = () => {
    const clock = new FakeClock();
    const learner = new FakeLearner();
    const registry = new LearnerRegistry([learner], clock);
    const learnings = () => new GuestLearning(registry, clock, () => {});
    return { clock, learner, one: learnings(), other: learnings() };
  };

  it('waits until that one has let go of it, where it is about to', async () => {
    const { clock, learner, one, other } = beside();
    await one.attend([nicOf('nic0')]);
    one.leaveSoon();
    const attended = other.attend(BOTH);
    await clock.advance(1000);
    expect(learner.log).toEqual(['open tap0', 'open tap1']);
    await one.close();
    await attended;
    expect(learner.log).toEqual(['open tap0', 'open tap1', 'close tap0', 'open tap0']);
  });

  it('tries after five seconds, where that one does not let go', async () => {
    const { clock, learner, one, other } = beside();
    await one.attend([nicOf('nic0')]);
    one.leaveSoon();
    const attended = other.attend([nicOf('nic0')]);
    await clock.advance(5000);
    await attended;
    expect(learner.log).toEqual(['open tap0', 'open tap0']);
  });

  it('waits for none that goes on', async () => {
    const { learner, one, other } = beside();
    await one.attend([nicOf('nic0')]);
    await other.attend([nicOf('nic0')]);
    expect(learner.log).toEqual(['open tap0', 'open tap0']);
  });
});

describe('GuestLearning', () => {
  it('learns at the ports of the NICs it attends, and at each once', async () => {
    const { attend, learner, learning, read } = testLearning();
    expect(learning.isActive).toBe(false);
    await attend(BOTH);
    await attend(BOTH);
    learner.seen.set('tap0', [learned(1, 10)]);
    expect(learner.log).toEqual(['open tap0', 'open tap1']);
    expect(learning.isActive).toBe(true);
    expect(await read()).toEqual(
      new Map([
        ['nic0', [learned(1, 10)]],
        ['nic1', []],
      ]),
    );
  });

  it('gives the next learner its turn where the preferred one opens a port and cannot read it', async () => {
    const bridge = new FakeLearner('bridge', 50);
    const { attend, learner, learning, read } = testLearning(bridge);
    learner.reading = () => Promise.reject(new Error('no map'));
    bridge.seen.set('tap0', [learned(1, 10)]);
    for (let look = 1; look <= 3; look += 1) {
      await attend([nicOf('nic0')]);
      await read();
    }
    expect(await read()).toEqual(new Map([['nic0', [learned(1, 10)]]]));
    expect([learner.log, bridge.log]).toEqual([['open tap0', 'close tap0'], ['open tap0']]);
    expect(learning.isActive).toBe(true);
  });

  it('gives the preferred one its turn again where it had read before, or no other can', async () => {
    const bridge = new FakeLearner('bridge', 50);
    const { attend, learner, read } = testLearning(bridge);
    await attend([nicOf('nic0')]);
    await read();
    learner.reading = () => Promise.reject(new Error('its filter was removed'));
    await read();
    await attend([nicOf('nic0')]);
    expect([learner.log.length, bridge.log]).toEqual([3, []]);
    bridge.reading = () => Promise.reject(new Error('no bridge'));
    for (let look = 1; look <= 4; look += 1) {
      await read();
      await attend([nicOf('nic0')]);
    }
    expect(learner.log.filter((each) => each === 'open tap0').length).toBe(4);
    expect(bridge.log.filter((each) => each === 'open tap0').length).toBe(2);
  });

  const { port: _, ...portless } = nicOf('nic0');
  it.each<[string, readonly NicDescriptor[], string[]]>([
    ['the NIC went', [nicOf('nic1')], ['close tap0']],
    [
      'its port is another',
      [nicOf('nic0', { port: { kind: 'tap', name: 'tap9' } }), nicOf('nic1')],
      ['close tap0', 'open tap9'],
    ],
    ['its port is not known any more', [portless, nicOf('nic1')], ['close tap0']],
    ['nothing changed', BOTH, []],
  ])('leaves a port where %s', async (_name, nics, log) => {
    const { attend, learner } = testLearning();
    learner.ports.add('tap9');
    await attend(BOTH);
    learner.log.length = 0;
    await attend(nics);
    expect(learner.log).toEqual(log);
  });

  it('goes to the next learner where one cannot, and says why', async () => {
    const next = new FakeLearner('next', 50);
    const { attend, learner, learning, told } = testLearning(next);
    learner.opening = () => Promise.reject(new Error('no privileges'));
    await attend([nicOf('nic0')]);
    expect([next.log, learning.isActive]).toEqual([['open tap0'], true]);
    expect(told()).toEqual(['HERALD_LEARNER_FAULT fake-learner cannot learn at tap0: no privileges']);
  });

  it('tries again at the next attend where nobody could, for the port may come back', async () => {
    const { attend, learner, learning } = testLearning();
    learner.ports.clear();
    await attend([nicOf('nic0')]);
    expect(learning.isActive).toBe(true); // there is something to try again
    learner.ports.add('tap0');
    await attend([nicOf('nic0')]);
    expect(learner.log).toEqual(['open tap0']);
  });

  it('is of no use at a port that no learner supports', async () => {
    const { attend, learning, read } = testLearning();
    await attend([nicOf('nic0', { port: { kind: 'macvtap', name: 'mvt0' } })]);
    expect([learning.isActive, await read()]).toEqual([false, new Map()]);
  });

  it('leaves a port that cannot be read, and learns there anew once it is back', async () => {
    const { attend, learner, read, told } = testLearning();
    await attend(BOTH);
    learner.ports.delete('tap0');
    expect([...(await read()).keys()]).toEqual(['nic1']);
    expect(told()).toEqual(['HERALD_TEST_PORT tap0 went away']);
    await attend(BOTH);
    learner.ports.add('tap0');
    await attend(BOTH);
    expect([...(await read()).keys()].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['nic0', 'nic1']);
    expect(learner.log).toEqual(['open tap0', 'open tap1', 'close tap0', 'open tap0']);
  });

  it('gives up a reading that never ends, and a close that never does', async () => {
    const { attend, learner, learning, read, told } = testLearning();
    await attend([nicOf('nic0')]);
    learner.reading = never;
    learner.closing = never;
    expect(await read(10_000)).toEqual(new Map());
    expect(told()[0]).toBe(
      'HERALD_TIMEOUT reading what was learned at tap0 took longer than 2000 ms and was given up',
    );
    expect(learner.log).toEqual(['open tap0', 'close tap0']);
    learner.reading = undefined;
    await attend([nicOf('nic0')]);
    expect(await read()).toEqual(new Map([['nic0', []]]));
    expect(learning.isActive).toBe(true);
  });

  it('reads its ports at the same time: one that hangs holds up no other', async () => {
    const { attend, clock, learner, learning } = testLearning();
    await attend(BOTH);
    let readings = 0;
    learner.reading = () => {
      readings += 1;
      return never();
    };
    const reading = learning.read();
    await clock.settle();
    expect(readings).toBe(2);
    await clock.advance(10_000);
    expect(await reading).toEqual(new Map());
  });

  it('says of what a learner without VLANs saw that its VLAN is not known', async () => {
    const { attend, learner, read } = testLearning();
    learner.exactVlans = false;
    learner.seen.set('tap0', [learned(1, undefined, 5)]);
    await attend([nicOf('nic0')]);
    expect((await read()).get('nic0')).toEqual([seenSomewhere(1, 5)]);
  });

  it.each<[string, unknown, string | undefined]>([
    ['a group address', { station: { mac: MacAddress.of('ff:ff:ff:ff:ff:ff') }, ageMs: 0 }, undefined],
    ['no address', { station: { mac: 'x' }, ageMs: 0 }, undefined],
    ['VLAN 0', { station: { ...station(1), vlan: 0 }, ageMs: 0 }, undefined],
    ['no age', { station: station(1), ageMs: Number.NaN }, undefined],
    ['an age for ever', { station: station(1), ageMs: Number.POSITIVE_INFINITY }, undefined],
    ['an age to come', { station: station(1), ageMs: -0.5 }, undefined],
    ['nothing at all', undefined, undefined],
  ])('does not hand on what no reader of a snapshot takes: %s', async (_name, bad) => {
    const { attend, learner, read } = testLearning();
    learner.seen.set('tap0', [bad as LearnedStation, learned(2)]);
    await attend([nicOf('nic0')]);
    expect((await read()).get('nic0')).toEqual([learned(2)]);
  });

  it('tells what was counted at the last reading, and forgets it with the port', async () => {
    const { attend, learner, learning, read } = testLearning();
    await attend(BOTH);
    learner.counted.set('tap0', [
      { vlan: 10, igmp: 2, mld: 3 },
      { igmp: -1, mld: 0 },
    ]);
    expect(learning.reports('nic0')).toBeUndefined();
    await read();
    expect(learning.reports('nic0')).toEqual([{ vlan: 10, igmp: 2, mld: 3 }]);
    expect(learning.reports('nic1')).toBeUndefined();
    learner.counted.delete('tap0');
    await read();
    expect(learning.reports('nic0')).toBeUndefined();
    learner.counted.set('tap0', []);
    await read();
    expect(learning.reports('nic0')).toEqual([]);
    learner.ports.delete('tap0');
    await read();
    expect(learning.reports('nic0')).toBeUndefined();
  });

  it('hands on sound addresses alone', async () => {
    const { attend, learner, read } = testLearning();
    const bad = { ...asserted(1), address: '0.0.0.0' } as LearnedAddress;
    learner.seen.set('tap0', [having(learned(1), bad, answered(2, 3))]);
    await attend([nicOf('nic0')]);
    expect((await read()).get('nic0')).toEqual([having(learned(1), answered(2, 3))]);
  });

  it('tells the learner of what was put in, also one that began only then', async () => {
    const { attend, learner, learning } = testLearning();
    learning.injected('nic0', [station(1, 10)]);
    await attend(BOTH);
    expect(learner.told).toEqual([['52:54:00:00:00:01/10']]);
    learning.injected('nic0', [station(2)]);
    learner.ports.delete('tap0');
    await learning.read();
    learner.ports.add('tap0');
    await attend(BOTH);
    expect(learner.told.slice(1)).toEqual([['52:54:00:00:00:02'], ['52:54:00:00:00:02']]);
    learning.injected('nic9', [station(1)]);
    expect(learner.told).toHaveLength(3);
  });

  it('gets over a learner that cannot be told', async () => {
    const { attend, learner, learning } = testLearning();
    learner.told.push = () => {
      throw new Error('no room');
    };
    await attend(BOTH);
    expect(() => learning.injected('nic0', [station(1)])).not.toThrow();
  });

  it('leaves all when it is closed, and does nothing any more', async () => {
    const { attend, learner, learning, read, told } = testLearning();
    await attend(BOTH);
    learner.closing = () => Promise.reject(new Error('busy'));
    await learning.close();
    await attend(BOTH);
    expect(learner.log).toEqual(['open tap0', 'open tap1', 'close tap0', 'close tap1']);
    expect(await read()).toEqual(new Map());
    expect(told()).toEqual(
      ['tap0', 'tap1'].map((tap) => `HERALD_LEARNER_FAULT learning at ${tap} could not be stopped: busy`),
    );
  });
});
