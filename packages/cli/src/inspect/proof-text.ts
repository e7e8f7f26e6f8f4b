import type { MigrationReport } from '@nic-herald/core';
import { type ProofSection, proofOf, type StationProof } from '@nic-herald/core/internal';
import { counted, firstOf } from './list-text.js';

/** Most stations that are named. */
const MOST_NAMED = 4;

/** What is proved of an announcement's stations, for people; `undefined` where nothing looked for proof. */
export const proofText = (report: MigrationReport): string | undefined => {
  const proof = proofOf(report);
  if (proof === undefined) return undefined;
  const { cause } = proof;
  return [
    verdictText(proof, report),
    ...darkText(proof),
    ...missingText(proof),
    ...(cause === undefined ? [] : [cause.message]),
  ].join('; ');
};

/** What the proofs come to, without the reason: `proved: all 4 stations seen to be back, the last one 3.1 ms after RESUME`. */
export const verdictText = (proof: ProofSection, since: Pick<MigrationReport, 'resumedAt'>): string => {
  const { isOpen, proved, stations, verdict } = proof;
  const reached = `${verdict === 'proved' && stations > 1 ? 'all' : `${proved} of`} ${counted(stations, 'station')} seen to be back`;
  return `${verdict}: ${reached}${isOpen ? ' so far' : ''}${times(proof, since)}`;
};

/** Why an announcement has not even come to this host's own bridge; `undefined` where nothing speaks against it. */
export const localFault = (report: MigrationReport): string | undefined => {
  const proof = proofOf(report);
  const missing =
    proof?.nics.flatMap((nic) => nic.stations.filter(({ local }) => local.value === 'no')) ?? [];
  if (proof === undefined || missing.length === 0) return undefined;
  const where = `this host's bridge lacks ${counted(missing.length, 'station')} at the guest's port`;
  return proof.cause === undefined ? where : `${where}: ${proof.cause.message}`;
};

const times = (
  { lastFirstFrameMs }: ProofSection,
  { resumedAt }: Pick<MigrationReport, 'resumedAt'>,
): string =>
  lastFirstFrameMs === undefined
    ? ''
    : `, the last one ${lastFirstFrameMs.toFixed(1)} ms after ${resumedAt === undefined ? 'the first frame' : 'RESUME'}`;

/** When the guest was stopped, and how long stations were dark that frames were sent to all the time. */
const darkText = ({ stop, lastDarkMs }: ProofSection): readonly string[] => {
  if (stop === undefined) return [];
  const stopped = `it had stopped ${stop.agoMs.toFixed(1)} ms before RESUME`;
  const dark =
    lastDarkMs === undefined ? '' : `, and busy stations were dark for ${lastDarkMs.toFixed(1)} ms at most`;
  return [`${stopped}${dark} (to ${stop.errorMs.toFixed(1)} ms)`];
};

const missingText = ({ nics, verdict }: ProofSection): readonly string[] => {
  if (verdict !== 'partly') return [];
  const missing = nics.flatMap((nic) => nic.stations.filter(wasSilent));
  return missing.length === 0 ? [] : [`nothing came for ${firstOf(missing.map(stationText), MOST_NAMED)}`];
};

/** Nothing came where something could have been seen, and the other host saw nothing. */
const wasSilent = ({ traffic, witness }: StationProof): boolean =>
  traffic.value !== 'yes' && traffic.reason !== 'unavailable' && witness.value !== 'yes';

const stationText = ({ mac, vlan }: StationProof): string =>
  vlan === undefined ? mac : `${mac} on VLAN ${vlan}`;
