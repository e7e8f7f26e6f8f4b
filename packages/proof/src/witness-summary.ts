import { isProved, type StationProof } from '@nic-herald/core/internal';
import type { WitnessSummary } from './likeliest-cause.js';

/** Sums up what the host that the guest left says of its stations; `undefined` where it has no way to say anything. */
export const witnessSummary = (
  host: string | undefined,
  stations: readonly StationProof[],
): WitnessSummary | undefined => {
  const reasons = new Set(stations.map(({ witness }) => witness.reason));
  if (host === undefined || reasons.has('unavailable')) return undefined;
  const sawSome = stations.some(({ witness }) => witness.value === 'yes');
  const vlans = new Set(stations.flatMap(({ vlan }) => vlan ?? []));
  const isUnseen = (wanted: number): boolean =>
    stations.every((each) => each.vlan !== wanted || (each.witness.value !== 'yes' && !isProved(each)));
  return {
    host,
    sawSome,
    listens: sawSome || reasons.has('unseen'),
    unseenVlans: [...vlans].filter(isUnseen).sort((a, b) => a - b),
  };
};
