import type { Announcement, GuestPolicy, Incompleteness, LearnedAddress, NicModel } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { type CardState, fakeModel } from '../../test/fake-guest.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { asserted, having } from '../../test/sample-addresses.js';
import { learned, mac } from '../../test/sample-nic.js';
import { snapshotOf, type TestHostOptions, waiting } from '../../test/test-host.js';

/** A card that says why its list is not all, where `vlans` holds 99. */
const model = (): NicModel<CardState> => {
  const fake = fakeModel();
  const incomplete: Incompleteness[] = [{ reason: 'promiscuous', meaning: 'it takes every frame' }];
  return {
    ...fake,
    filter: (state) => {
      const view = fake.filter({ ...state, vlans: state.vlans.filter((vlan) => vlan !== 99) });
      return state.vlans.includes(99) ? { ...view, incomplete } : view;
    },
  };
};

/** What was sent in the first round and in each later one, of a guest that had MACs 1 to 3 and now has others. */
const arriving = async (
  live: CardState | (() => Promise<CardState>),
  handed: Partial<CardState> = {},
  options: TestHostOptions = {},
  seen: ReturnType<typeof learned>[] = [],
) => {
  const snapshot = snapshotOf({}, { macs: [mac(1), mac(2), mac(3)], vlans: [], ...handed });
  const nics = snapshot.nics.map((nic) => ({ ...nic, learned: seen }));
  const { test, guest } = await waiting({ ...snapshot, nics }, { model: model(), ...options }, (each) =>
    each.cards.set('nic0', live),
  );
  test.resume(guest);
  await test.clock.advance(1000);
  const roundAt = (at: number) =>
    test.sink.frames.filter((frame) => frame.at === at).map(({ station }) => station);
  const withdrawn = test.report.nics[0]?.withdrawn.map(({ station }) => station.mac);
  return { test, first: roundAt(0), later: [50, 200, 450, 800].map(roundAt), withdrawn };
};
const four = (stations: string[]) => Array.from({ length: 4 }, () => stations);

describe('what the card no longer holds', () => {
  it('is left out of the later rounds, and reported', async () => {
    const { test, first, later, withdrawn } = await arriving({ macs: [mac(2), mac(4)], vlans: [] });
    expect(first).toEqual(['0', '1', '2', '3', '4']);
    expect(later).toEqual(four(['0', '2', '4']));
    expect(withdrawn).toEqual([mac(1), mac(3)]);
    expect(test.report.nics[0]?.announced.map(({ station }) => station.mac)).toEqual([0, 1, 2, 3].map(mac));
    expect(test.report.rounds.map(({ frames }) => frames)).toEqual([4, 3, 3, 3, 3]);
  });

  it('goes with all the VLANs it was paired with', async () => {
    const { later, withdrawn } = await arriving(
      { macs: [mac(2)], vlans: [10] },
      { macs: [mac(1), mac(2)], vlans: [10] },
    );
    expect(later).toEqual(four(['0', '2', '0/10', '2/10']));
    expect(withdrawn).toEqual([mac(1), mac(1)]);
  });

  it('stays where it was seen at the source, or is seen here', async () => {
    const learner = new FakeLearner();
    learner.seen.set('tap0', [learned(3, 30)]);
    const { later, withdrawn } = await arriving({ macs: [], vlans: [] }, {}, { learner }, [learned(1, 20)]);
    expect(later[0]).toEqual(['0', '1/20', '3', '3/30']);
    expect(withdrawn).toEqual([mac(2)]);
  });

  it('is withdrawn where it was the MAC the guest had given its card', async () => {
    const { first, later, withdrawn } = await arriving(
      { macs: [], vlans: [] },
      { macs: [], currentMac: mac(7) },
    );
    expect(first).toEqual(['7', '0']);
    expect(later).toEqual(four(['0']));
    expect(withdrawn).toEqual([mac(7)]);
  });

  it.each<[string, CardState | (() => Promise<CardState>), Partial<CardState>, TestHostOptions]>([
    ['the list here is less complete', { macs: [], vlans: [99] }, {}, {}],
    ['the card here cannot be read', () => Promise.reject(new Error('busy')), {}, {}],
    [
      'no model reads the card here',
      { macs: [], vlans: [] },
      {},
      { model: fakeModel({ matches: () => false }) },
    ],
  ])('stays where %s', async (_, live, handed, options) => {
    const { first, later, withdrawn } = await arriving(live, handed, options);
    expect(first).toEqual(['0', '1', '2', '3']);
    expect(later).toEqual(four(first));
    expect(withdrawn).toEqual([]);
  });

  it('stays where the card holds it still and there is no room for all it holds', async () => {
    const { first, later, withdrawn } = await arriving(
      { macs: [1, 2, 3, 6, 7, 8].map(mac), vlans: [] },
      { macs: [6, 7, 8].map(mac) },
      { policy: { maxStations: 4 } },
    );
    expect([first, later]).toEqual([['0', '6', '7', '8'], four(['0', '6', '7', '8'])]);
    expect(withdrawn).toEqual([]);
  });

  it('is withdrawn also where both lists are incomplete for the same reason', async () => {
    const { withdrawn } = await arriving({ macs: [mac(1)], vlans: [99] }, { vlans: [99] });
    expect(withdrawn).toEqual([mac(2), mac(3)]);
  });
});

describe('an address that the source knew and a later word takes away', () => {
  const handed = snapshotOf({}, { macs: [], vlans: [] });
  const knowing = (five: readonly LearnedAddress[], six: readonly LearnedAddress[]) => {
    const stations = [having(learned(5), ...five), having(learned(6), ...six)];
    return { ...handed, nics: handed.nics.map((nic) => ({ ...nic, learned: stations })) };
  };
  /** What the report says of addresses, where they changed a moment after the resume. */
  const changing = async (
    before: ReturnType<typeof knowing>,
    after: ReturnType<typeof knowing>,
    policy: Partial<GuestPolicy> = {},
  ) => {
    const options = { policy: { kindsFor: () => ['garp', 'na'], ...policy } };
    const { test, guest } = await waiting(before, options, (each) =>
      each.cards.set('nic0', { macs: [], vlans: [] }),
    );
    test.resume(guest);
    await test.clock.advance(10);
    await test.handoff.memory.publish(after);
    await test.clock.advance(1000);
    const [nic] = test.report.nics;
    const nameOf = (of: string, address = ''): string => `${of.slice(-1)} ${address}`;
    const named = (of: readonly Announcement[] = []) =>
      of.map(({ station, address }) => nameOf(station.mac, address));
    return {
      added: named(nic?.added),
      withdrawn: named(nic?.withdrawn),
      refused: nic?.refused.flatMap(({ mac: of, address, reason }) =>
        address === undefined ? [] : [`${nameOf(of, address)} ${reason}`],
      ),
      unannounced: nic?.refused.filter(({ reason }) => reason === 'no-kind').map((each) => each.mac),
      frames: test.report.rounds.map(({ frames }) => frames),
    };
  };

  it('is announced at the station it moved to alone, and reported', async () => {
    const moved = await changing(
      knowing([asserted('10.0.0.1', 100), asserted('10.0.0.5')], []),
      knowing([asserted('10.0.0.1', 100), asserted('10.0.0.5')], [asserted('10.0.0.1', 5)]),
    );
    expect(moved).toEqual({
      added: ['6 10.0.0.1'],
      withdrawn: ['5 10.0.0.1'],
      refused: ['5 10.0.0.1 moved-address'],
      unannounced: [mac(0)], // and 6 not any more
      frames: [2, 2, 2, 2, 2],
    });
  });

  it('is not announced where it went stale while the guest was waited for', async () => {
    const writtenAt = new FakeClock().now();
    const { test, guest } = await waiting({ ...knowing([asserted('10.0.0.1', 200_000)], []), writtenAt });
    await test.clock.advance(200_000);
    test.resume(guest);
    await test.clock.advance(1000);
    const [nic] = test.report.nics;
    expect([...(nic?.announced ?? []), ...(nic?.added ?? [])].map(({ kind }) => kind)).not.toContain('garp');
    expect(nic?.refused.map(({ address, reason }) => [address, reason])).toEqual([
      ['10.0.0.1', 'stale-address'],
    ]);
    expect(test.published?.nics[0]?.learned[0]?.ageMs).toBeGreaterThan(100_000);
  });

  it('stays where there is just no room for it any more', async () => {
    const { withdrawn, refused } = await changing(
      knowing([asserted('10.0.0.1', 100)], []),
      knowing([asserted('10.0.0.1', 100), asserted('10.0.0.2')], []),
      { maxAddresses: 1 },
    );
    expect([withdrawn, refused]).toEqual([[], []]);
  });

  it('is not reported as refused any more where it is announced after all', async () => {
    const said = { ...asserted('fe80::1'), router: false };
    const { added, refused } = await changing(knowing([asserted('fe80::1')], []), knowing([said], []));
    expect([added, refused]).toEqual([['5 fe80::1'], []]);
  });
});
