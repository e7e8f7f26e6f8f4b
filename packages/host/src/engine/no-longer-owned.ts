import { type Announcement, type Refusal, stationKey } from '@nic-herald/core';
import type { NicPlan, RefusalReason } from '@nic-herald/core/internal';

/** Why an address that was announced would be wrong from now on; another reason just means that there is no room. */
const WRONG_NOW: ReadonlySet<RefusalReason> = new Set([
  'stale-address',
  'ambiguous-address',
  'moved-address',
  'denied',
]);

/** Whether a refusal says that an address is not the station's any more. */
export const isLoss = ({ address, reason }: Refusal): boolean =>
  address !== undefined && WRONG_NOW.has(reason);

/** What was announced of addresses of which a newer plan says that they are not the station's any more. */
export const noLongerOwned = (
  sent: readonly Announcement[],
  { refusals }: Pick<NicPlan, 'refusals'>,
): readonly Announcement[] => {
  const lost = new Set(refusals.filter(isLoss).map((refusal) => addressKey(refusal, refusal.address)));
  return sent.filter(
    ({ station, address }) => address !== undefined && lost.has(addressKey(station, address)),
  );
};

/** An address at a station. */
export const addressKey = (station: Pick<Refusal, 'mac' | 'vlan'>, address: unknown): string =>
  `${stationKey(station)} ${String(address)}`;
