import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { type Claim, judgeClaim, REFLECTION_MS, SILENT_BESIDE_TABLE_MS, SILENT_MS } from './judge-claim.js';
import type { Rival, RivalKind } from './rival.js';

const NOW = 1_000_000;
const ago = (ms: number): number => NOW - ms;

const rival = (times: readonly number[], over: Partial<Rival> = {}): Rival => ({
  kind: 'port',
  mac: mac(1),
  where: 'port eth0 of br0 on a',
  times,
  ...over,
});

const spoken = (ms: number, over: Partial<Claim> = {}): Claim => ({
  spokeAt: ago(ms),
  knownUntil: NOW,
  ...over,
});
const LISTED: Claim = { knownUntil: NOW };

describe('judgeClaim', () => {
  it.each<[string, Claim, readonly Rival[]]>([
    ['nobody else has it', spoken(60_000), []],
    ['it spoke after the rival', spoken(100), [rival([ago(5000), ago(6000)])]],
    ['it was silent for less than 5 s', spoken(SILENT_MS - 1), [rival([ago(100), ago(2000)])]],
    ['the rival was seen once', spoken(60_000), [rival([ago(100)])]],
    ['the second sighting was before it spoke', spoken(7000), [rival([ago(100), ago(8000)])]],
    [
      'what came back was its own frame',
      spoken(60_000),
      [rival([ago(60_000 - REFLECTION_MS), ago(60_000 - 100)])],
    ],
    [
      'what came back was our announcement',
      { ...LISTED, announcedAt: ago(3000) },
      [rival([ago(2900), ago(2700)])],
    ],
    [
      'the rival stands in a table without VLANs, and it spoke within 10 s on its VLAN',
      spoken(SILENT_BESIDE_TABLE_MS - 1),
      [rival([ago(100), ago(2000)], { vlanUnknown: true })],
    ],
    ['only another lists it, and it was heard', spoken(200_000), [rival([NOW], { kind: 'listing' })]],
    ['it was seen elsewhere later than is known of it', LISTED, [rival([NOW + 1, NOW + 200])]],
    [
      'it spoke since it was judged before',
      spoken(1000),
      [rival([ago(9000)], { kind: 'handed', reason: 'moved-away' })],
    ],
  ])('lets it be where %s', (_, claim, rivals) => {
    expect(judgeClaim(claim, rivals)).toBeUndefined();
  });

  const heardTwice = rival([ago(1000), ago(3000)]);
  it.each<[string, Claim, readonly Rival[], string]>([
    ['moved-away', spoken(12_000), [heardTwice], 'port eth0 of br0 on a'],
    ['seen-elsewhere', LISTED, [heardTwice], 'port eth0 of br0 on a'],
    [
      'moved-away',
      spoken(SILENT_BESIDE_TABLE_MS),
      [rival([ago(1000), ago(3000)], { vlanUnknown: true })],
      'port eth0 of br0 on a',
    ],
    [
      'moved-away',
      spoken(SILENT_MS, { vlanUnknown: true }),
      [rival([ago(1000), ago(3000)], { vlanUnknown: true })],
      'port eth0 of br0 on a',
    ],
    ['seen-elsewhere', LISTED, [rival([ago(1)], { kind: 'guest', where: 'guest g2' })], 'guest g2'],
    ['moved-away', spoken(6000), [rival([ago(1)], { kind: 'guest', where: 'guest g2' })], 'guest g2'],
    ['shared', LISTED, [rival([NOW], { kind: 'listing', where: 'guest g2' })], 'guest g2'],
    ['host-address', spoken(10), [rival([NOW], { kind: 'host', where: 'host a' })], 'host a'],
    [
      'seen-elsewhere',
      LISTED,
      [rival([NOW], { kind: 'listing', where: 'guest g2' }), heardTwice],
      'port eth0 of br0 on a',
    ],
    [
      'shared',
      LISTED,
      [rival([ago(50_000)], { kind: 'handed', reason: 'shared', where: 'guest g3' })],
      'guest g3',
    ],
    [
      'moved-away',
      spoken(60_000),
      [rival([ago(9000)], { kind: 'handed', reason: 'moved-away', where: 'port eth0' })],
      'port eth0',
    ],
    [
      'moved-away',
      spoken(100, { proof: 'answered' }),
      [rival([ago(90_000)], { kind: 'guest', proof: 'asserted', where: 'guest g2' })],
      'guest g2',
    ],
  ])('says %s', (reason, claim, rivals, where) => {
    expect(judgeClaim(claim, rivals)).toMatchObject({ reason, where });
  });

  const KINDS: readonly RivalKind[] = ['guest', 'port', 'host', 'listing', 'handed'];
  const anyRival = fc
    .record({
      kind: fc.constantFrom(...KINDS),
      where: fc.constantFrom('a', 'b', 'c', 'd'),
      times: fc.array(fc.integer({ min: 0, max: 30_000 }).map(ago), { minLength: 1, maxLength: 4 }),
      unknown: fc.boolean(),
    })
    .map(({ kind, where, times, unknown }) =>
      rival(times, {
        kind,
        where,
        ...(unknown ? { vlanUnknown: true } : {}),
        ...(kind === 'handed' ? { reason: 'moved-away' } : {}),
      }),
    );
  const anyClaim = fc
    .record({
      spoke: fc.option(fc.integer({ min: 0, max: 30_000 }), { nil: undefined }),
      announced: fc.option(fc.integer({ min: 0, max: 30_000 }), { nil: undefined }),
    })
    .map(
      ({ spoke, announced }): Claim => ({
        knownUntil: NOW,
        ...(spoke === undefined ? {} : { spokeAt: ago(spoke) }),
        ...(announced === undefined ? {} : { announcedAt: ago(announced) }),
      }),
    );

  it('does not depend on the order of the evidence', () => {
    fc.assert(
      fc.property(
        anyClaim,
        fc
          .array(anyRival, { maxLength: 6 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        (claim, [one, other]) => {
          expect(judgeClaim(claim, other)).toEqual(judgeClaim(claim, one));
        },
      ),
    );
  });

  it('does not change back as the evidence grows older', () => {
    fc.assert(
      fc.property(
        anyClaim,
        fc.array(anyRival, { maxLength: 6 }),
        fc.integer({ min: 0, max: 1e9 }),
        (claim, rivals, ms) => {
          const before = judgeClaim(claim, rivals);
          const later = judgeClaim({ ...claim, knownUntil: NOW + ms }, rivals);
          if (before !== undefined) expect(later?.reason).toBe(before.reason);
        },
      ),
    );
  });

  it('never refuses what no rival was seen to use', () => {
    fc.assert(
      fc.property(anyClaim, (claim) => {
        expect(judgeClaim(claim, [])).toBeUndefined();
      }),
    );
  });
});
