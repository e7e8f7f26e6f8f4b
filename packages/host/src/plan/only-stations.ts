import { type AnnounceRequest, stationKey } from '@nic-herald/core';
import type { NicPlan } from '@nic-herald/core/internal';

/** The plans of the NICs of these stations, with the announcements of these stations alone. */
export const onlyStations = (
  plans: readonly NicPlan[],
  stations: NonNullable<AnnounceRequest['stations']>,
): readonly NicPlan[] => {
  const wanted = new Set(stations.map((station) => `${station.nic} ${stationKey(station)}`));
  return plans.flatMap((plan) => {
    const isWanted = ({ station }: NicPlan['announcements'][number]): boolean =>
      wanted.has(`${plan.nic.id} ${stationKey(station)}`);
    const announcements = plan.announcements.filter(isWanted);
    return announcements.length === 0 ? [] : [{ ...plan, announcements }];
  });
};
