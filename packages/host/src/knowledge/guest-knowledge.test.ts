import { HeraldError, isHeraldError, type NicModel, parseSnapshot, type Snapshot } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { CARD, type CardState, fakeModel, never, nicOf } from '../../test/fake-guest.js';
import { mac, station } from '../../test/sample-nic.js';
import { KEY, testKnowledge } from '../../test/test-knowledge.js';

const { signal } = new AbortController();
const carried = (over: object = {}): Snapshot => ({
  format: 1,
  guest: KEY,
  host: 'B',
  epoch: 4,
  nics: [
    {
      id: 'nic0',
      primaryMac: mac(0),
      model: 'fake-card',
      state: { macs: [mac(1)], vlans: [10, 20] },
      learned: [{ station: station(5, 10), ageMs: 1000 }],
      ...over,
    },
  ],
});
const failing = (code: `HERALD_${string}`) => () =>
  Promise.reject(new HeraldError(code, 'the card does not answer'));

describe('GuestKnowledge', () => {
  it('tells whether the next snapshot differs', async () => {
    const { guest, knowledge, look } = testKnowledge();
    expect(knowledge.hasLooked).toBe(false);
    expect((await look()).changed).toBe(true);
    expect(knowledge.hasLooked).toBe(true);
    expect((await look()).changed).toBe(false);
    guest.cards.set('nic0', { macs: [], vlans: [] });
    expect((await look()).changed).toBe(true);
    guest.descriptors = [];
    expect((await look()).changed).toBe(true);
    expect((await look()).changed).toBe(false);
  });

  it('tells of a change even where there was no NIC before', async () => {
    const { guest, look } = testKnowledge();
    guest.descriptors = [];
    expect((await look()).changed).toBe(true);
  });

  it('looks at the cards that are named, and at new ones', async () => {
    const { guest, look, stateOf } = testKnowledge();
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic1', CARD);
    await look();
    guest.descriptors = [nicOf('nic0'), nicOf('nic1'), nicOf('nic2')];
    for (const id of ['nic0', 'nic1', 'nic2']) guest.cards.set(id, { macs: [], vlans: [] });
    guest.inspected = 0;
    await look(['nic1']);
    expect([stateOf('nic0'), stateOf('nic1'), stateOf('nic2')]).toEqual([
      CARD,
      { macs: [], vlans: [] },
      { macs: [], vlans: [] },
    ]);
    expect(guest.inspected).toBe(2);
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('no monitor')), 'no monitor'],
    ['never answers', never, 'listing the NICs took longer than 5000 ms'],
  ])('rejects where the guest %s, and keeps what it knew', async (_, answer, message) => {
    const { clock, guest, knowledge, stateOf, look } = testKnowledge();
    await look();
    guest.answer = answer;
    const outcome = expect(knowledge.refresh(signal)).rejects.toThrow(message);
    await clock.advance(5000);
    await outcome;
    expect(stateOf()).toEqual(CARD);
  });

  it('loses one card to a capture that never ends, and not the others', async () => {
    const { clock, guest, knowledge } = testKnowledge();
    guest.descriptors = [nicOf('nic0'), nicOf('nic1')];
    guest.cards.set('nic0', never).set('nic1', CARD);
    const look = knowledge.refresh(signal);
    await clock.advance(5000);
    const { problems } = await look;
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'HERALD_TIMEOUT the capture of nic0 by fake-card took longer than 5000 ms and was given up',
    ]);
    expect(knowledge.evidence().map(({ model }) => model)).toEqual(['primary-mac', 'fake-card']);
    expect(knowledge.problemOf('nic0')?.code).toBe('HERALD_TIMEOUT');
    expect(knowledge.problemOf('nic1')).toBeUndefined();
  });

  it.each<[string, Partial<NicModel<CardState>>, string]>([
    [
      'throws on capture',
      {
        capture: () => {
          throw new Error('broken');
        },
      },
      'HERALD_NIC_CAPTURE nic0 (fake) could not be read: broken; what was known of it stays, else its primary MAC alone',
    ],
    [
      'captures nothing',
      { capture: async () => undefined as never },
      'HERALD_MODEL_FAULT the model fake-card captured nothing',
    ],
    [
      'captures too much',
      { capture: async () => ({ macs: ['x'.repeat(262_144)], vlans: [] }) },
      'HERALD_MODEL_FAULT the model fake-card captured 2621',
    ],
    [
      'captures what it cannot read',
      { capture: async () => ({ macs: 1 }) as never },
      'HERALD_STATE_INVALID the state of model fake-card is not one it can read',
    ],
    [
      'fails to tell its filter',
      {
        filter: () => {
          throw new Error('broken');
        },
      },
      'HERALD_MODEL_FAULT the model fake-card failed on nic0: broken',
    ],
    [
      'fails to match',
      {
        matches: () => {
          throw new Error('broken');
        },
      },
      'HERALD_NIC_CAPTURE nic0 (fake) could not be read: broken',
    ],
  ])('falls back to the primary MAC where the model %s', async (_, model, message) => {
    const { knowledge, look } = testKnowledge([fakeModel(model)]);
    const { problems } = await look();
    expect(problems.map((problem) => `${problem.code} ${problem.message}`)).toEqual([
      expect.stringContaining(message),
    ]);
    expect(knowledge.evidence()).toMatchObject([{ model: 'primary-mac', source: 'primary-mac' }]);
    expect((await look()).problems).toEqual([]); // told once
  });

  it('has no problem with a card nobody knows', async () => {
    const { knowledge, look } = testKnowledge([]);
    expect((await look()).problems).toEqual([]);
    expect(knowledge.evidence()[0]?.filter.incomplete).toEqual([
      { reason: 'no-model', meaning: 'no plugin knows cards of type fake' },
    ]);
    expect(knowledge.polls()).toEqual(new Map());
  });

  describe('of a card that could be read before', () => {
    it('keeps what was read while it cannot be, and says so', async () => {
      const { guest, knowledge, look, stateOf } = testKnowledge();
      await look();
      guest.cards.set('nic0', failing('HERALD_TEST_CARD'));
      for (let times = 0; times < 2; times++) {
        await look();
        expect(stateOf()).toEqual(CARD);
        expect(knowledge.evidence()[0]?.filter.incomplete).toEqual([
          { reason: 'unreadable', meaning: 'the card does not answer' },
        ]);
      }
      guest.cards.set('nic0', { macs: [], vlans: [] });
      await look();
      expect(stateOf()).toEqual({ macs: [], vlans: [] });
      expect(knowledge.evidence()[0]?.filter.incomplete).toEqual([]);
    });

    it('lets it go where the guest no longer has it set up', async () => {
      const { guest, look, stateOf, knowledge } = testKnowledge();
      await look();
      guest.cards.set('nic0', failing('HERALD_NIC_NOT_ENABLED'));
      await look();
      expect(stateOf()).toBeUndefined();
      expect(knowledge.evidence()).toMatchObject([{ model: 'primary-mac' }]);
    });
  });

  describe('of a guest that came here', () => {
    it('puts back what the migration lost, until the guest changes it', async () => {
      const { guest, knowledge, look, stateOf } = testKnowledge();
      knowledge.carry(carried());
      await look();
      expect(stateOf()).toEqual({ macs: [mac(1)], vlans: [10, 20] });
      guest.cards.set('nic0', { macs: [mac(1)], vlans: [30] });
      await look();
      expect(stateOf()).toEqual({ macs: [mac(1)], vlans: [30] });
    });

    it('puts back what is carried after the first look too', async () => {
      const { knowledge, look, stateOf } = testKnowledge();
      await look();
      knowledge.carry(carried());
      expect((await look()).changed).toBe(true);
      expect(stateOf()).toMatchObject({ vlans: [10, 20] });
      expect(knowledge.evidence()[0]?.learned).toEqual([{ station: station(5, 10), ageMs: 1000 }]);
    });

    it('gives its model what is live, what was loaded first, and what was carried', async () => {
      const seen: unknown[] = [];
      const restore: NicModel<CardState>['restore'] = (states) => {
        seen.push(states);
        return states.live;
      };
      const { guest, knowledge, look } = testKnowledge([fakeModel({ restore })]);
      knowledge.carry(carried());
      for (const vlans of [[], [30], [40]]) {
        guest.cards.set('nic0', { macs: [], vlans });
        await look();
      }
      const loaded = { macs: [], vlans: [] };
      const before = { macs: [mac(1)], vlans: [10, 20] };
      expect(seen).toEqual(
        [[], [30], [40]].map((vlans) => ({ live: { macs: [], vlans }, loaded, carried: before })),
      );
    });

    it('does not measure against what the card showed before it came', async () => {
      const { guest, knowledge, look, stateOf } = testKnowledge();
      guest.cards.set('nic0', { macs: [], vlans: [99] });
      await look();
      knowledge.forget();
      expect(knowledge.hasLooked).toBe(false);
      guest.cards.set('nic0', CARD);
      knowledge.carry(carried());
      await look();
      expect(stateOf()).toMatchObject({ vlans: [10, 20] });
    });

    it('keeps what was handed over of a card that cannot be read', async () => {
      const { guest, knowledge, look, stateOf } = testKnowledge();
      guest.cards.set('nic0', failing('HERALD_TEST_CARD'));
      knowledge.carry(carried());
      await look();
      expect(stateOf()).toEqual({ macs: [mac(1)], vlans: [10, 20] });
      guest.cards.set('nic0', CARD);
      await look();
      expect(stateOf()).toEqual({ macs: [mac(1)], vlans: [10, 20] });
    });

    it.each([
      ['another model', { model: 'other' }],
      ['a state that cannot be read', { state: { macs: 'x' } }],
      ['no state', { state: undefined }],
      ['another NIC', { id: 'x', primaryMac: mac(77) }],
      ['the NIC of the same id of a copy', { primaryMac: mac(77) }],
    ])('puts nothing back of %s', async (_, over) => {
      const { knowledge, look, stateOf } = testKnowledge();
      knowledge.carry(carried(over));
      await look();
      expect(stateOf()).toEqual(CARD);
    });

    it.each([0, -3_600_000, 3_600_000])(
      'forgets learned stations as they grow old, where the wall clock is set by %d ms',
      async (stepMs) => {
        const { clock, knowledge, look } = testKnowledge();
        knowledge.carry(carried());
        await look();
        clock.step(stepMs);
        await clock.advance(299_000);
        expect(knowledge.evidence()[0]?.learned).toEqual([{ station: station(5, 10), ageMs: 300_000 }]);
        expect(knowledge.snapshot({ guest: KEY, host: 'A', epoch: 5 }).nics[0]?.learned).toHaveLength(1);
        expect((await look()).changed).toBe(false); // only its age did
        await clock.advance(1);
        expect(knowledge.evidence()[0]?.learned).toEqual([]);
        expect(knowledge.snapshot({ guest: KEY, host: 'A', epoch: 5 }).nics[0]?.learned).toEqual([]);
      },
    );
  });

  it('counts the age of what was carried from when it was read', async () => {
    const { clock, knowledge, look } = testKnowledge();
    await clock.advance(5000);
    knowledge.carry(carried(), clock.elapsed() - 2000);
    await look();
    expect(knowledge.evidence()[0]?.learned).toEqual([{ station: station(5, 10), ageMs: 3000 }]);
  });

  it('hands on under what is said of the guest which MACs it uses that are others', async () => {
    const asked: (readonly MacAddress[])[] = [];
    const { guest, knowledge, look } = testKnowledge([fakeModel()], (own) => {
      asked.push(own);
      return new Set([mac(1), mac(9)]);
    });
    guest.descriptors = [nicOf('nic0'), nicOf('nic3')];
    guest.cards.set('nic3', { macs: [], vlans: [] });
    expect(knowledge.primaryMacs).toEqual([]);
    await look();
    asked.length = 0;
    const said = {
      guest: KEY,
      host: 'A',
      epoch: 5,
      residence: 'arrived',
      writer: { agent: 'ours' },
    } as const;
    const { nics, ...rest } = knowledge.snapshot(said);
    expect(rest).toEqual({ format: 1, ...said });
    expect(nics.map(({ foreign }) => foreign)).toEqual([[mac(1)], undefined]);
    expect(knowledge.primaryMacs).toEqual([mac(0), mac(768)]);
    expect(asked).toEqual([knowledge.primaryMacs]);
  });

  it('hands on no more than every reader takes', async () => {
    const { guest, knowledge, look } = testKnowledge();
    const broadcast = nicOf('nic0', { primaryMac: MacAddress.of('ff:ff:ff:ff:ff:ff') });
    guest.descriptors = [broadcast, ...Array.from({ length: 70 }, (_, index) => nicOf(`nic${index + 1}`))];
    for (const { id } of guest.descriptors) guest.cards.set(id, CARD);
    await look();
    const snapshot = knowledge.snapshot({ guest: KEY, host: 'A', epoch: 5 });
    expect(snapshot.nics).toHaveLength(64);
    expect(isHeraldError(parseSnapshot(JSON.parse(JSON.stringify(snapshot))))).toBe(false);
  });

  describe('polls', () => {
    it.each<[string, NicModel<CardState>['changes'], number]>([
      ['what it asks for', { pollMs: 2000 }, 2000],
      ['not without pause', { pollMs: 0 }, 100],
      ['not never', { pollMs: Number.POSITIVE_INFINITY }, 5000],
      ['not at a time that is none', { pollMs: Number.NaN }, 5000],
    ])('gives a model %s', async (_, changes, pollMs) => {
      const { knowledge, look } = testKnowledge([fakeModel({}, changes)]);
      await look();
      expect(knowledge.polls()).toEqual(new Map([[pollMs, new Set(['nic0'])]]));
    });

    it('reads a card again that told of changes by events, once it could not be read', async () => {
      const { guest, knowledge, look } = testKnowledge();
      await look();
      expect(knowledge.polls()).toEqual(new Map());
      guest.cards.set('nic0', failing('HERALD_TEST_CARD'));
      await look();
      expect(knowledge.polls()).toEqual(new Map([[5000, new Set(['nic0'])]]));
    });
  });
});
