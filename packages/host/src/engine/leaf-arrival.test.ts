import type { AnnouncementKind } from '@nic-herald/core';
import { ANNOUNCE_PRESETS, PRESET_TIMINGS } from '@nic-herald/core/internal';
import { IpAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { asserted, having } from '../../test/sample-addresses.js';
import { learned } from '../../test/sample-nic.js';
import { snapshotOf, waiting } from '../../test/test-host.js';

const OWN = having(learned(0), asserted('10.0.0.1'), asserted('2001:db8::1'));
const ROUTER = { address: IpAddress.of('10.0.0.254'), ageMs: 5_000_000 };
const asking = { ...OWN, asked: [ROUTER] };
const handed = (station: typeof OWN, over = {}) =>
  snapshotOf({
    nics: snapshotOf().nics.map((nic) => ({ ...nic, state: undefined, learned: [station] })),
    ...over,
  });
const policy = {
  multicastRefresh: false,
  kindsFor: () => ANNOUNCE_PRESETS.evpn,
  ...(PRESET_TIMINGS.evpn === undefined ? {} : { timing: PRESET_TIMINGS.evpn }),
};

/** What is announced of a guest that arrives, `kind address > asked`, and when its rounds are. */
const announced = async (station: typeof OWN, more: Parameters<typeof waiting>[1] = {}) => {
  const { test, guest } = await waiting(handed(station), { policy, ...more });
  test.resume(guest);
  await test.clock.advance(6000);
  const { nics, rounds, resumedAt = 0 } = test.report;
  return {
    frames: nics[0]?.announced.map(({ kind, address, asksFor }) =>
      [kind, address, asksFor].filter((each) => each !== undefined).join(' '),
    ),
    at: rounds.map(({ startedAt }) => Math.round(startedAt - resumedAt)),
  };
};

describe('a guest that arrives behind a leaf', () => {
  it('asks for those that it asked for, however long ago, from its own addresses, with every round', async () => {
    expect(await announced(asking)).toEqual({
      frames: [
        'rarp',
        'garp 10.0.0.1',
        'garp-reply 10.0.0.1',
        'na 2001:db8::1',
        'arp-ask 10.0.0.1 10.0.0.254',
        'rs 2001:db8::1',
      ],
      at: [0, 50, 300, 2000, 5000],
    });
  });

  it('asks for nobody where it never asked', async () => {
    expect((await announced(OWN)).frames).not.toContain('arp-ask 10.0.0.1 10.0.0.254');
  });

  it('asks from no address that policy denies', async () => {
    const denyAddress = (address: string) => (address === '10.0.0.1' ? 'not here' : undefined);
    const { frames } = await announced(asking, { policy: { ...policy, denyAddress } });
    expect(frames).toEqual(['rarp', 'na 2001:db8::1', 'rs 2001:db8::1']);
  });

  it('says nothing of which its kind says that it may not', async () => {
    const odd: AnnouncementKind = {
      name: 'odd',
      frameLength: () => 60,
      encode: () => 60,
      suits: () => false,
    };
    const { frames } = await announced(asking, {
      kind: odd,
      policy: { ...policy, kindsFor: () => ['rarp', 'odd'] },
    });
    expect(frames).toEqual(['rarp']);
  });

  it.each([
    ['the third time', [1], []],
    ['the fourth time', [2], ['HERALD_MOVED_OFTEN']],
  ])('is warned of when it moves for %s within three minutes', async (_, [before = 0], codes) => {
    const { test, guest } = await waiting('nothing');
    const now = test.clock.now();
    const moves = Array.from({ length: before + 1 }, (_each, index) => now - 1000 * (before + 1 - index));
    await test.handoff.memory.publish(snapshotOf({ moves }));
    await test.clock.advance(100);
    test.resume(guest);
    await test.clock.advance(2000);
    expect(test.report.warnings.map(({ code }) => code)).toEqual(codes);
    expect(test.warnings.map((each) => String(each))).toHaveLength(codes.length);
  });
});
