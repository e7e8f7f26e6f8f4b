import { type Announcement, type Refusal, stationKey } from '@nic-herald/core';
import type { NicPlan } from '@nic-herald/core/internal';
import { addressKey, isLoss } from './no-longer-owned.js';
import type { PreparedNic } from './prepared-nic.js';

/** What a newer plan has that was not sent, as far as there is room; and all that is refused by now. */
export const beyondSent = (
  nic: Pick<PreparedNic, 'announced' | 'added' | 'refused'>,
  newer: NicPlan,
  maxStations: number,
): { readonly missing: readonly Announcement[]; readonly refused: readonly Refusal[] } => {
  const sent = [...nic.announced, ...nic.added];
  const frames = new Set(sent.map(frameKey));
  const announced = new Set<string>(sent.map(({ station }) => stationKey(station)));
  const stations = new Set(announced);
  const addresses = new Set(sent.map(({ station, address }) => addressKey(station, address)));
  const missing: Announcement[] = [];
  const overflow: Refusal[] = [];
  for (const announcement of newer.announcements) {
    if (frames.has(frameKey(announcement))) continue;
    const { station, evidence } = announcement;
    if (!stations.has(stationKey(station)) && stations.size >= maxStations) {
      overflow.push({
        ...station,
        evidence,
        reason: 'station-limit',
        detail: `at most ${maxStations} per NIC`,
      });
      continue;
    }
    stations.add(stationKey(station));
    missing.push(announcement);
  }
  const found = new Set(
    missing.flatMap(({ station, address }) => [addressKey(station, address), stationKey(station)]),
  );
  const isObsolete = (refusal: Refusal): boolean =>
    refusal.address === undefined
      ? refusal.count === undefined && !announced.has(stationKey(refusal)) && found.has(stationKey(refusal))
      : found.has(addressKey(refusal, refusal.address));
  const refused = nic.refused.filter((refusal) => !isObsolete(refusal));
  const told = new Set(refused.map(refusalKey));
  const more = newer.refusals.filter(
    (refusal) =>
      !told.has(refusalKey(refusal)) &&
      (refusal.address === undefined
        ? isLoss(refusal) || !stations.has(stationKey(refusal))
        : isLoss(refusal) || !addresses.has(addressKey(refusal, refusal.address))),
  );
  return { missing, refused: [...refused, ...more, ...overflow] };
};

/** Two announcements of one key are the same frame. */
export const frameKey = ({ kind, station, address, asksFor }: Announcement): string =>
  [kind, stationKey(station), address ?? '', ...(asksFor === undefined ? [] : [asksFor])].join(' ');

const refusalKey = (refusal: Refusal): string =>
  `${stationKey(refusal)} ${refusal.address ?? ''} ${refusal.reason} ${refusal.count === undefined ? '' : 'all'}`;
