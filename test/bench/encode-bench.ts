import { type Announcement, type AnnouncementKind, stationOf } from '@nic-herald/core';
import { encodeBatch, rarpKind } from '@nic-herald/host';
import { MacAddress, VlanId } from '@nic-herald/wire';
import type { Sample } from './sample.js';

const ROUNDS = 15;
const kinds = new Map<string, AnnouncementKind>([[rarpKind.name, rarpKind]]);

const announcements = (count: number): Announcement[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'rarp',
    evidence: 'filter',
    station: stationOf(
      MacAddress.of(`52:54:00:bb:00:${(index % 64).toString(16).padStart(2, '0')}`),
      index < 64 ? undefined : VlanId.of(Math.floor(index / 64)),
    ),
  }));

/** Nanoseconds per frame from announcements to a batch ready for a channel; the first round is the cold one. */
export const benchEncoding = (): { stations: number; nsPerFrame: Sample }[] =>
  [1, 64, 4096].map((stations) => {
    const plan = announcements(stations);
    const nsPerFrame = Array.from({ length: ROUNDS }, () => {
      const repeats = Math.max(1, Math.floor(4096 / stations));
      const since = process.hrtime.bigint();
      for (let repeat = 0; repeat < repeats; repeat++) encodeBatch(plan, kinds);
      return Number(process.hrtime.bigint() - since) / repeats / stations;
    });
    return { stations, nsPerFrame };
  });
