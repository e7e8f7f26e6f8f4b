import {
  type AnnounceMode,
  DEFAULT_GUEST_POLICY,
  type MulticastReports,
  type NicDescriptor,
} from '@nic-herald/core';
import type { AccompaniedNic, MulticastSection } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never, nicOf } from '../../test/fake-guest.js';
import { FakeSink } from '../../test/fake-sink.js';
import { ChannelSet } from '../announce/channel-set.js';
import { SinkRegistry } from '../announce/sink-registry.js';
import { MulticastRefresh } from './multicast-refresh.js';

/** A NIC whose card lists these VLANs. */
const asking = (nic: NicDescriptor = nicOf('nic0'), ...vlans: readonly number[]): AccompaniedNic => ({
  plan: { nic, model: 'fake', source: 'live', announcements: [], refusals: [], incomplete: [] },
  filter: { unicast: [], multicast: [], vlans: vlans.map(VlanId.of), incomplete: [] },
  announced: [],
  withdrawn: [],
});

const upTo = (count: number, first = 1) => Array.from({ length: count }, (_, index) => first + index);
const TOO_MANY =
  'it lists 512 VLANs: which of them the guest uses is not known, so it is asked on those of its stations alone';

const prepared = (mode: AnnounceMode = 'announce') => {
  const clock = new FakeClock();
  const sink = new FakeSink(clock);
  const stop = new AbortController();
  const policy = { forGuest: () => ({ ...DEFAULT_GUEST_POLICY, mode }) };
  const channels = new ChannelSet({}, new SinkRegistry([sink], clock, policy), clock, stop.signal);
  /** What was counted at nic0. */
  const counted: { now: readonly MulticastReports[] | undefined } = { now: [] };
  let counts = async () => new Map(counted.now === undefined ? [] : [['nic0', counted.now]]);
  const told: unknown[] = [];
  const known = new Map<string, NicDescriptor>();
  const refresh = new MulticastRefresh(
    {
      id: 'one',
      guest: new FakeGuest(),
      cause: 'manual',
      mode,
      timing: DEFAULT_GUEST_POLICY.timing,
      nics: [],
      openChannel: async (id, direction) => {
        const way = await channels.now().for(known.get(id) ?? nicOf(id), direction);
        if ('channel' in way) return way.channel;
        throw way.problem;
      },
      multicastReports: () => counts(),
      report: (section) => told.push(section),
    },
    clock,
  );
  const add = (nics: readonly AccompaniedNic[]): void => {
    for (const { plan } of nics) known.set(plan.nic.id, plan.nic);
    refresh.changed(nics);
  };
  const countWith = (other: typeof counts): void => {
    counts = other;
  };
  const nicsOf = (section: MulticastSection | undefined) => new Map(Object.entries(section?.nics ?? {}));
  /** The section, and the fake time at which it came. */
  const reported = async () => {
    const report = refresh.over();
    const at = report.then(() => clock.now() - sink.since);
    await clock.advance(10_000);
    return { at: await at, of: nicsOf(await report) };
  };
  const left = (): readonly string[] => sink.queries.map(({ at, query }) => `${at} ${query}`);
  return { clock, sink, stop, channels, counted, countWith, refresh, add, nicsOf, reported, left, told };
};

describe('MulticastRefresh', () => {
  it('is ready before the first round, asks with each, and tells what came of it', async () => {
    const { clock, sink, counted, add, refresh, reported, left } = prepared();
    counted.now = [{ igmp: 3, mld: 3 }];
    add([asking(undefined, 10)]);
    await clock.advance(1000);
    expect([left(), sink.openChannels]).toEqual([[], 1]);
    refresh.round();
    await clock.advance(100);
    refresh.round();
    await clock.advance(0);
    const once = ['igmp', 'mld', 'igmp/10', 'mld/10'];
    expect(left()).toEqual([...once.map((each) => `1000 ${each}`), ...once.map((each) => `1100 ${each}`)]);
    counted.now = [
      { vlan: 10, igmp: 1, mld: 0 },
      { vlan: 20, igmp: 0, mld: 0 },
      { igmp: 4, mld: 5 },
    ];
    const { at, of } = await reported();
    expect(at).toBe(1150);
    expect([...of]).toStrictEqual([
      [
        'nic0',
        {
          vlans: [10],
          queries: 8,
          reports: [
            { igmp: 1, mld: 2 },
            { vlan: 10, igmp: 1, mld: 0 },
          ],
        },
      ],
    ]);
  });

  it('tells of no reports where nobody counts, and of none where there were none', async () => {
    const { clock, counted, add, refresh, reported } = prepared();
    counted.now = undefined;
    add([asking()]);
    await clock.settle();
    refresh.round();
    expect([...(await reported()).of]).toStrictEqual([['nic0', { vlans: [], queries: 2 }]]);
    counted.now = [];
    expect((await reported()).of.get('nic0')?.reports).toEqual([]);
  });

  it('does without the counts where they cannot be read', async () => {
    const { clock, countWith, add, refresh, reported } = prepared();
    countWith(() => Promise.reject(new Error('no map')));
    add([asking()]);
    await clock.settle();
    refresh.round();
    expect([...(await reported()).of]).toStrictEqual([['nic0', { vlans: [], queries: 2 }]]);
  });

  it('asks for what is found later at once, and on known VLANs no more than once a round', async () => {
    const { clock, add, refresh, left, reported } = prepared();
    add([asking(undefined, 10)]);
    await clock.settle();
    refresh.round();
    await clock.advance(20);
    add([asking(undefined, 10, 20), asking(nicOf('nic1'))]);
    await clock.advance(20);
    expect(left().slice(4)).toEqual(['20 igmp/20', '20 mld/20', '20 igmp', '20 mld']);
    refresh.round();
    await clock.advance(5);
    expect(left()).toHaveLength(8 + 8);
    const { at, of } = await reported();
    expect([at, [...of].map(([nic, { vlans, queries }]) => [nic, vlans, queries])]).toEqual([
      170,
      [
        ['nic0', [10, 20], 12],
        ['nic1', [], 4],
      ],
    ]);
  });

  it('asks as soon as it can where it was not ready in time', async () => {
    const { clock, sink, add, refresh, left, reported } = prepared();
    let open = (): void => {};
    sink.opening = () =>
      new Promise((resolve) => {
        open = resolve;
      });
    add([asking()]);
    await clock.settle();
    refresh.round();
    await clock.advance(30);
    expect(left()).toEqual([]);
    open();
    await clock.advance(5);
    expect(left()).toEqual(['30 igmp', '30 mld']);
    expect((await reported()).at).toBe(180);
  });

  it('leaves out NICs without a port, and those where nothing was asked and nothing is wrong', async () => {
    const { clock, add, reported } = prepared();
    add([asking({ ...nicOf('nic1'), port: undefined as never }), asking()]);
    await clock.settle();
    expect([...(await reported()).of]).toEqual([]);
  });

  it.each<[string, (sink: FakeSink) => void, string]>([
    [
      'a sink that does not send to guests',
      (sink) => sink.directions.delete('to-guest'),
      'nic0: no sink of this host can send to the guest through its port tap0 of kind tap',
    ],
    ['a port that is missing', (sink) => sink.ports.clear(), 'tap0 is not there'],
    [
      'a sink that hangs',
      (sink) => {
        sink.opening = never;
      },
      'its port tap0 was not open in time',
    ],
  ])('says what keeps it from asking: %s', async (_, upset, problem) => {
    const { clock, sink, add, refresh, reported } = prepared();
    upset(sink);
    add([asking(undefined, 10)]);
    await clock.settle();
    refresh.round();
    const { of } = await reported();
    expect(of.get('nic0')).toEqual({
      vlans: [],
      queries: 0,
      problem: expect.stringContaining(problem) as unknown,
    });
    expect(sink.queries).toEqual([]);
  });

  it('tries again with the next plan where a port could not be opened, and then has no problem', async () => {
    const { clock, sink, add, refresh, reported, left } = prepared();
    sink.ports.clear();
    add([asking()]);
    await clock.settle();
    refresh.round();
    sink.ports.add('tap0');
    add([asking()]);
    await clock.advance(1);
    expect(left()).toEqual(['0 igmp', '0 mld']);
    expect((await reported()).of.get('nic0')).toEqual({ vlans: [], queries: 2, reports: [] });
  });

  it('says how many VLANs that were found later are too many', async () => {
    const { clock, add, refresh, reported } = prepared();
    add([asking(undefined, ...upTo(511, 1))]);
    await clock.settle();
    refresh.round();
    add([asking(undefined, ...upTo(20, 1000))]);
    expect((await reported()).of.get('nic0')).toMatchObject({
      queries: 1024,
      problem: '20 VLANs that were found later are not asked on: no more are asked',
    });
  });

  it('says both what the plan leaves out and what the system refused', async () => {
    const { clock, sink, add, refresh, reported } = prepared();
    sink.refusal = () => ({ accepted: 1, failure: 'ENOBUFS at frame 1' });
    add([asking(undefined, ...upTo(512))]);
    await clock.settle();
    refresh.round();
    expect((await reported()).of.get('nic0')).toEqual({
      vlans: [],
      queries: 1,
      reports: [],
      problem: `${TOO_MANY}; ENOBUFS at frame 1`,
    });
  });

  it('asks nothing any more once it is cancelled, and does not wait for answers', async () => {
    const { clock, sink, add, nicsOf, refresh, left, told } = prepared();
    add([asking()]);
    await clock.settle();
    refresh.round();
    await clock.advance(10);
    const report = refresh.over();
    await clock.advance(10);
    refresh.cancelled();
    add([asking(nicOf('nic1'), 10)]);
    refresh.round();
    expect(told).toEqual([{ nics: { nic0: { vlans: [], queries: 2 } } }]); // before that returned
    expect([...nicsOf(await report).keys()]).toEqual(['nic0']); // with the clock standing
    await clock.advance(1000);
    expect([left(), sink.openChannels, clock.pending]).toEqual([['0 igmp', '0 mld'], 1, 0]);
  });

  it('does not ask where it is cancelled while a port opens', async () => {
    const { clock, sink, add, refresh, left } = prepared();
    let open = (): void => {};
    sink.opening = () =>
      new Promise((resolve) => {
        open = resolve;
      });
    add([asking()]);
    await clock.settle();
    refresh.round();
    refresh.cancelled();
    open();
    await clock.advance(100);
    expect([left(), clock.pending]).toEqual([[], 0]);
  });
});
