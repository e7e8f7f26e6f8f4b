import { DEFAULT_GUEST_POLICY, HeraldError } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { never, nicOf } from '../../test/fake-guest.js';
import { FakeSink } from '../../test/fake-sink.js';
import { ChannelSet } from './channel-set.js';
import { SinkRegistry } from './sink-registry.js';

const NIC = nicOf('nic0');
const DEFAULTS = { forGuest: () => DEFAULT_GUEST_POLICY };
const problemOf = (way: object): unknown =>
  'problem' in way && way.problem instanceof HeraldError ? way.problem.code : 'open';

const testChannels = () => {
  const clock = new FakeClock();
  const sink = new FakeSink(clock);
  const stop = new AbortController();
  const registry = new SinkRegistry([sink], clock, DEFAULTS);
  return { clock, sink, stop, registry, channels: new ChannelSet({}, registry, clock, stop.signal) };
};

describe('SinkRegistry', () => {
  it.each<[string, Partial<typeof NIC>, (sink: FakeSink) => void, string, string]>([
    [
      'no port',
      { port: undefined as never, portProblem: 'netdev net0 is of type user' },
      () => {},
      'HERALD_NIC_NO_PORT',
      'NIC nic0 (52:54:00:00:00:00) has no port (netdev net0 is of type user)',
    ],
    [
      'no sink',
      { port: { kind: 'ovs', name: 'p0' } },
      () => {},
      'HERALD_NIC_NO_SINK',
      'no sink of this host can send through its port p0 of kind ovs',
    ],
    ['a port that is missing', {}, (sink) => sink.ports.clear(), 'HERALD_TEST_PORT', 'tap0 is not there'],
    [
      'a sink that throws',
      {},
      (sink) => {
        sink.claim = () => Promise.reject(new Error('no netlink'));
      },
      'HERALD_SINK_FAULT',
      'the sink fake-sink cannot say whether it serves port tap0: no netlink',
    ],
    [
      'a sink that fails',
      {},
      (sink) => {
        sink.opening = () => Promise.reject(new Error('EPERM'));
      },
      'HERALD_SINK_FAULT',
      'nic0: the sink fake-sink could not open port tap0: EPERM',
    ],
  ])('tells of %s', async (_, nic, upset, code, message) => {
    const { registry, sink } = testChannels();
    upset(sink);
    const way = await registry.waysOf({}).open({ ...NIC, ...nic }, 'from-guest');
    expect(way).toMatchObject({ problem: { code, message: expect.stringContaining(message) as unknown } });
  });

  it('gives up on a sink that never answers, and closes what it opens after that', async () => {
    const { registry, sink, clock } = testChannels();
    let open = (): void => {};
    sink.opening = () =>
      new Promise<void>((resolve) => {
        open = resolve;
      });
    const way = registry.waysOf({}).open(NIC, 'from-guest');
    await clock.advance(5000);
    expect(await way).toMatchObject({ sink: 'fake-sink', problem: { code: 'HERALD_TIMEOUT' } });
    open();
    await clock.settle();
    expect([sink.opened, sink.openChannels]).toEqual([1, 0]);
  });
});

describe('ChannelSet', () => {
  it('opens a port once, also for two plans in the making', async () => {
    const { channels, sink } = testChannels();
    const [one, other] = await Promise.all([
      channels.now().for(NIC, 'from-guest'),
      channels.now().for(NIC, 'from-guest'),
    ]);
    expect([problemOf(one), problemOf(other), sink.opened]).toEqual(['open', 'open', 1]);
  });

  it('opens anew where the port is another, or went away', async () => {
    const { channels, sink } = testChannels();
    await channels.now().for(NIC, 'from-guest');
    await channels.now().for({ ...NIC, port: { kind: 'tap', name: 'tap1' } }, 'from-guest');
    expect([sink.opened, sink.openChannels]).toEqual([2, 1]);
    sink.ports.delete('tap1');
    expect(
      problemOf(await channels.now().for({ ...NIC, port: { kind: 'tap', name: 'tap1' } }, 'from-guest')),
    ).toBe('HERALD_TEST_PORT');
    expect(sink.openChannels).toBe(0);
    sink.ports.add('tap1');
    expect(
      problemOf(await channels.now().for({ ...NIC, port: { kind: 'tap', name: 'tap1' } }, 'from-guest')),
    ).toBe('open');
  });

  it('takes a look that never ends for a port that is gone', async () => {
    const { channels, sink, clock } = testChannels();
    await channels.now().for(NIC, 'from-guest');
    sink.look = never;
    const again = channels.now().for(NIC, 'from-guest');
    await clock.advance(2000);
    expect(problemOf(await again)).toBe('open');
    expect([sink.opened, sink.openChannels]).toEqual([2, 1]);
  });

  it('is not held up in one direction by a sink that hangs in the other', async () => {
    const { channels, sink, clock } = testChannels();
    sink.opening = (direction) => (direction === 'to-guest' ? never() : Promise.resolve());
    const toGuest = channels.now().for(NIC, 'to-guest');
    expect(problemOf(await channels.now().for(NIC, 'from-guest'))).toBe('open');
    await clock.advance(5000);
    expect(problemOf(await toGuest)).toBe('HERALD_TIMEOUT');
    sink.opening = undefined;
    expect(problemOf(await channels.now().for(NIC, 'to-guest'))).toBe('open');
    expect(sink.openChannels).toBe(2);
    await channels.close();
    expect(sink.openChannels).toBe(0);
  });

  it('opens again after it was released, and not after it was closed', async () => {
    const { channels, sink } = testChannels();
    await channels.now().for(NIC, 'from-guest');
    await channels.release();
    expect(sink.openChannels).toBe(0);
    await channels.now().for(NIC, 'from-guest');
    expect(sink.openChannels).toBe(1);
    await channels.close();
    expect(sink.openChannels).toBe(0);
    await expect(channels.now().for(NIC, 'from-guest')).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
  });

  it('is closed in time though a port does not close', async () => {
    const { channels, clock, sink } = testChannels();
    const open = sink.open.bind(sink);
    sink.open = async (...asked) => ({ ...(await open(...asked)), close: never });
    await channels.now().for(NIC, 'from-guest');
    let isClosed = false;
    const closing = channels.close().then(() => {
      isClosed = true;
    });
    await clock.advance(1999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing open where it is closed while a port opens', async () => {
    const { channels, sink, stop } = testChannels();
    let open = (): void => {};
    sink.opening = () =>
      new Promise<void>((resolve) => {
        open = resolve;
      });
    const way = channels.now().for(NIC, 'from-guest');
    await Promise.resolve();
    stop.abort();
    await channels.close();
    expect(problemOf(await way)).toBe('HERALD_CANCELLED');
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sink.openChannels).toBe(0);
  });
});
