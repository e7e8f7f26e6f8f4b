import { type Announcement, type Refusal, stationKey } from '@nic-herald/core';
import { type NicPlan, OWNERSHIP_REASONS, type RefusalReason } from '@nic-herald/core/internal';

/** Why an address that was announced would be wrong from now on; another reason just means that there is no room. */
const WRONG_NOW: ReadonlySet<RefusalReason> = new Set([
  'stale-address',
  'ambiguous-address',
  'moved-address',
  'denied',
  ...OWNERSHIP_REASONS,
]);

/** Why a station that was announced would be wrong from now on. */
const STATION_WRONG_NOW: ReadonlySet<RefusalReason> = new Set(OWNERSHIP_REASONS);

/** Whether a refusal says that an address is not the station's any more, or the station not the guest's. */
export const isLoss = ({ address, reason }: Refusal): boolean =>
  (address === undefined ? STATION_WRONG_NOW : WRONG_NOW).has(reason);

/** What was announced of stations and addresses of which a newer plan says that they are another's by now. */
export const noLongerOwned = (
  sent: readonly Announcement[],
  { refusals }: Pick<NicPlan, 'refusals'>,
): readonly Announcement[] => {
  const lost = new Set(refusals.filter(isLoss).map((refusal) => addressKey(refusal, refusal.address)));
  return sent.filter(
    ({ station, address }) =>
      lost.has(addressKey(station, address)) || lost.has(addressKey(station, undefined)),
  );
};

/** An address at a station. */
export const addressKey = (station: Pick<Refusal, 'mac' | 'vlan'>, address: unknown): string =>
  `${stationKey(station)} ${String(address)}`;
