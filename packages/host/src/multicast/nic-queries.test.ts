import type { FrameChannel, PreparedBatch, SendResult } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { FakeSink } from '../../test/fake-sink.js';
import { NIC } from '../../test/sample-nic.js';
import { NicQueries } from './nic-queries.js';

const vlans = (...ids: readonly number[]): readonly VlanId[] => ids.map(VlanId.of);
const many = vlans(...Array.from({ length: 100 }, (_, index) => 1 + index));

const opened = async () => {
  const clock = new FakeClock();
  const sink = new FakeSink(clock);
  const channel = await sink.open(NIC.port ?? { kind: 'tap', name: 'tap0' }, { direction: 'to-guest' });
  return { clock, sink, channel, queries: new NicQueries(channel, clock) };
};

describe('NicQueries', () => {
  it('sends nothing before it is told of a round, and nothing while it is told', async () => {
    const { clock, sink, queries } = await opened();
    queries.add(vlans(10));
    await clock.advance(1000);
    expect(sink.queries).toEqual([]);
    queries.ask();
    expect(sink.queries).toEqual([]);
    await clock.advance(0);
    expect(sink.queries.map(({ query }) => query)).toEqual(['igmp', 'mld', 'igmp/10', 'mld/10']);
    expect([queries.taken, queries.vlans]).toEqual([4, [10]]);
  });

  it('sends many in calls of 64 frames, 2 ms apart, all of them in each round', async () => {
    const { clock, sink, queries } = await opened();
    queries.add(many);
    queries.ask();
    await clock.advance(50);
    const perCall = new Map<number, number>();
    for (const { at } of sink.queries) perCall.set(at, (perCall.get(at) ?? 0) + 1);
    expect([...perCall]).toEqual([
      [0, 64],
      [2, 64],
      [4, 64],
      [6, 10],
    ]);
    expect(new Set(sink.queries.map(({ query }) => query)).size).toBe(202);
    queries.ask();
    await clock.advance(50);
    expect(queries.taken).toBe(404);
  });

  it('lets a round go out to its end where the next comes early', async () => {
    const { clock, sink, queries } = await opened();
    queries.add(many);
    queries.ask();
    await clock.advance(3);
    queries.ask();
    await clock.advance(50);
    expect(sink.queries).toHaveLength(202);
  });

  it('asks on what is added at once where a round was before, and only on that', async () => {
    const { clock, sink, queries } = await opened();
    queries.add(vlans(10));
    queries.ask();
    await clock.advance(5);
    queries.add(vlans(10, 20));
    await clock.advance(5);
    expect(sink.queries.slice(4)).toEqual([
      { at: 5, port: 'tap0', query: 'igmp/20' },
      { at: 5, port: 'tap0', query: 'mld/20' },
    ]);
    queries.ask();
    await clock.advance(5);
    expect(sink.queries).toHaveLength(12);
    expect(queries.vlans).toEqual([10, 20]);
  });

  it('asks on no more than 511 VLANs, and says how many it leaves out', async () => {
    const { clock, sink, queries } = await opened();
    const upTo = (last: number) => vlans(...Array.from({ length: last }, (_, index) => 1 + index));
    expect([queries.add(upTo(400)), queries.add(upTo(511)), queries.add(upTo(600))]).toEqual([0, 0, 89]);
    queries.ask();
    await clock.advance(100);
    expect([queries.vlans.length, new Set(sink.queries.map(({ query }) => query)).size]).toEqual([511, 1024]);
    expect(sink.queries).toHaveLength(1024);
  });

  it('is answered 150 ms after what it asked for the first time, not after what it asked again', async () => {
    const { clock, queries } = await opened();
    expect(queries.unansweredMs).toBe(0);
    queries.add([]);
    queries.ask();
    expect(queries.unansweredMs).toBeGreaterThan(0);
    await clock.advance(100);
    expect(queries.unansweredMs).toBe(50);
    queries.ask();
    await clock.advance(0);
    expect(queries.unansweredMs).toBe(50);
    queries.add(vlans(10));
    await clock.advance(10);
    expect(queries.unansweredMs).toBe(140);
    await clock.advance(140);
    expect(queries.unansweredMs).toBe(0);
  });

  it.each([-3_600_000, 3_600_000])(
    'waits for answers as long as ever where the clock is set by %d ms',
    async (stepMs) => {
      const { clock, channel } = await opened();
      const queries = new NicQueries(channel, clock);
      queries.add([]);
      queries.ask();
      await clock.advance(10);
      clock.step(stepMs);
      expect(queries.unansweredMs).toBe(140);
    },
  );

  it('sends nothing once it is cancelled, whatever it was about to', async () => {
    const { clock, sink, queries } = await opened();
    queries.add(many);
    queries.ask();
    await clock.advance(1);
    queries.cancel();
    queries.ask();
    await clock.advance(50);
    expect([sink.queries.length, queries.taken, clock.pending]).toEqual([64, 64, 0]);
  });

  it.each<[string, FakeSink['refusal'], string]>([
    ['refuses', () => ({ accepted: 1, failure: 'ENOBUFS' }), 'ENOBUFS'],
    [
      'throws',
      () => {
        throw new Error('EBADF');
      },
      'EBADF',
    ],
  ])('keeps the first failure where the sink %s', async (_, refusal, failure) => {
    const { clock, sink, queries } = await opened();
    sink.refusal = refusal;
    queries.add([]);
    queries.ask();
    await clock.advance(0);
    sink.refusal = () => ({ accepted: 0, failure: 'another' });
    queries.ask();
    await clock.advance(0);
    expect(queries.failure).toBe(failure);
  });

  it.each([[async () => ({ accepted: 2 })], [() => ({ accepted: Number.NaN })], [() => ({ accepted: -2 })]])(
    'counts nothing where the sink says no number: %s',
    async (says) => {
      const { clock, channel } = await opened();
      const prepare = (): PreparedBatch => ({ send: says as () => SendResult });
      const queries = new NicQueries({ ...channel, prepare }, clock);
      queries.add([]);
      queries.ask();
      await clock.advance(0);
      expect(queries.taken).toBe(0);
    },
  );

  it('has added nothing where the channel cannot prepare', async () => {
    const { clock, channel, sink } = await opened();
    const broken: FrameChannel = {
      ...channel,
      prepare: () => {
        throw new Error('no room');
      },
    };
    const queries = new NicQueries(broken, clock);
    expect(() => queries.add(vlans(10))).toThrow('no room');
    queries.ask();
    await clock.advance(0);
    expect([queries.vlans, sink.queries, clock.pending]).toEqual([[], [], 0]);
  });
});
