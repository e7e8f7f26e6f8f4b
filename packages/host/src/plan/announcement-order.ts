import { type Candidate, type Evidence, stationKey } from '@nic-herald/core';

const RANK: Readonly<Record<Evidence, number>> = { primary: 0, learned: 1, filter: 2, paired: 3 };

/** Sending order: primary, then learned by last seen, then filter, then paired; equals by address and VLAN. */
export const announcementOrder = (a: Candidate, b: Candidate): number => {
  const byEvidence = RANK[a.evidence] - RANK[b.evidence];
  if (byEvidence !== 0) return byEvidence;
  const byAge = (a.ageMs ?? 0) - (b.ageMs ?? 0);
  if (byAge !== 0) return byAge;
  if (a.station.mac !== b.station.mac) return a.station.mac < b.station.mac ? -1 : 1;
  const byVlan = (a.station.vlan ?? 0) - (b.station.vlan ?? 0);
  return byVlan !== 0 ? byVlan : stationKey(a.station) < stationKey(b.station) ? -1 : 1;
};
