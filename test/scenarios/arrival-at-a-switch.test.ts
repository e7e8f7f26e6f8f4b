import { type LearnedStation, stationOf } from '@nic-herald/core';
import {
  ANNOUNCE_PRESETS,
  DEFAULT_ANNOUNCE_PACING,
  DEFAULT_ANNOUNCE_TIMING,
  PRESET_TIMINGS,
} from '@nic-herald/core/internal';
import type { FabricFrame } from '@nic-herald/testkit';
import { IpAddress, VlanId } from '@nic-herald/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { switchPartOf } from '../../packages/host/src/announce/switch-part.js';
import { ALL, evacuate, GUESTS, macOf } from './evacuate.js';
import { mostInASecond } from './most-in-a-second.js';

/** What SONiC lets through to its processor, ARP and neighbour discovery together, frames per second. */
const SWITCH_TAKES = 600;
const STATIONS = 4;

/** Two MACs of a guest, untagged and on a VLAN; the untagged ones have an address of each family and ask for their gateway. */
const stationsOf = (guest: number): readonly LearnedStation[] =>
  [0, 1].flatMap((number): readonly LearnedStation[] => {
    const address = IpAddress.of(`192.0.2.${guest * 2 + number}`);
    const address6 = IpAddress.of(`2001:db8::${guest * 2 + number + 1}`);
    const asserted = { proof: 'asserted', ageMs: 0 } as const;
    return [
      {
        station: stationOf(macOf(guest, number)),
        ageMs: 0,
        addresses: [
          { address, ...asserted },
          { address: address6, ...asserted },
        ],
        asked: [{ address: IpAddress.of('192.0.2.254'), ageMs: 0 }],
      },
      { station: stationOf(macOf(guest, number), VlanId.of(10)), ageMs: 0 },
    ];
  });

interface Heard {
  readonly at: number;
  readonly frame: FabricFrame;
}

const isForProcessor = ({ frame }: Heard): boolean => switchPartOf(frame.bytes) === 'processor';

describe.each([
  ['by default', undefined, DEFAULT_ANNOUNCE_TIMING, 4, false],
  ['for leaves, armed in the kernel', ANNOUNCE_PRESETS.evpn, PRESET_TIMINGS.evpn, 10, true],
  ['where each first frame is ARP', ANNOUNCE_PRESETS['ovs-slb'], DEFAULT_ANNOUNCE_TIMING, 8, true],
])(
  `${GUESTS} guests that arrive together with the default pace, announced %s`,
  (_, kinds, timing, perGuest, arms) => {
    let evacuation: ReturnType<typeof evacuate>;
    beforeAll(() => {
      evacuation = evacuate({
        stationsOf,
        arms,
        watchedMs: 12_000,
        policy: {
          multicastRefresh: false,
          ...(timing === undefined ? {} : { timing }),
          ...(kinds === undefined ? {} : { kindsFor: () => kinds }),
        },
      });
    });
    const rounds = timing?.rounds ?? 0;

    test('send the switch no more ARP and neighbour discovery than its processor takes', async () => {
      const { heard, reports } = await evacuation;
      const most = mostInASecond(heard.filter(isForProcessor).map(({ at }) => at));
      const { framesPerSecond, burst } = DEFAULT_ANNOUNCE_PACING.arp;
      expect(most).toBeLessThanOrEqual(framesPerSecond + burst);
      expect(most).toBeLessThanOrEqual(SWITCH_TAKES);
      expect(most).toBeGreaterThan(framesPerSecond / 2); // it was counted, and was at its limit
      expect(reports.every(({ outcome }) => outcome === 'announced')).toBe(true);
    });

    test('lose nothing, and are no slower than that pace', async () => {
      const { before, after, sent, heard, resumedAt } = await evacuation;
      expect([new Set(before), new Set(after)]).toEqual([new Set(['A']), new Set(['B'])]);
      const forProcessor = heard.filter(isForProcessor);
      expect(forProcessor).toHaveLength(GUESTS * perGuest * rounds);
      expect(heard).toHaveLength(sent.length + (arms ? GUESTS : 0)); // with the hypervisors' own
      const { framesPerSecond, burst } = DEFAULT_ANNOUNCE_PACING.arp;
      const neededMs = ((forProcessor.length - burst) / framesPerSecond) * 1000;
      const tookMs = (forProcessor.at(-1)?.at ?? Number.NaN) - resumedAt;
      expect(tookMs).toBeGreaterThanOrEqual(neededMs - GUESTS * 4);
      expect(tookMs).toBeLessThan(Math.max(neededMs, 5000) + 1500); // the rounds' own pauses
    });

    test('tell of every station before anything is told a second time', async () => {
      const { sent } = await evacuation;
      const first = sent
        .slice(0, GUESTS * STATIONS)
        .map(({ frame: { source, vlan } }) => `${source} ${vlan}`);
      expect(new Set(first).size).toBe(ALL.length * STATIONS);
    });
  },
);
