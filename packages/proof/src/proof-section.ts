import {
  isProved,
  type NicProof,
  type ProofCause,
  type ProofSection,
  type StationProof,
} from '@nic-herald/core/internal';

/** Most stations that are told of all NICs together: a section holds 64 KiB. */
const MOST_STATIONS = 250;

/**
 * Whether a station is provably not there: nothing reaches it, and this host's bridge has it nowhere, or the host that the guest left listens and saw
 * nothing. Not where the bridge has it at another port: it may be another's.
 */
export const isMissing = ({ local, traffic, witness }: StationProof): boolean =>
  traffic.value !== 'yes' &&
  local.reason !== 'elsewhere' &&
  (local.reason === 'absent' || witness.reason === 'unseen');

/** Sums up what is known; see `ProofSection`. `undefined` where there is no station: nothing is to be proved. */
export const proofSection = (
  nics: readonly NicProof[],
  {
    isOpen,
    cause,
    stop,
  }: {
    readonly isOpen: boolean;
    readonly cause?: ProofCause | undefined;
    readonly stop?: ProofSection['stop'] | undefined;
  },
): ProofSection | undefined => {
  const stations = nics.flatMap((nic) => nic.stations);
  if (stations.length === 0) return undefined;
  const proved = stations.filter(isProved).length;
  const times = stations.flatMap(({ firstFrameMs }) => firstFrameMs ?? []);
  const dark = stations.flatMap(({ darkMs }) => darkMs ?? []);
  return {
    verdict: proved === 0 ? 'unproved' : proved === stations.length ? 'proved' : 'partly',
    isOpen,
    stations: stations.length,
    proved,
    ...(times.length > 0 && { lastFirstFrameMs: Math.max(...times) }),
    ...(stop !== undefined && { stop }),
    ...(dark.length > 0 && { lastDarkMs: Math.max(...dark) }),
    ...(cause !== undefined && { cause }),
    nics: bounded(nics),
  };
};

/** Those that are not proved first, and no more than there is room for. */
const bounded = (nics: readonly NicProof[]): readonly NicProof[] => {
  let left = MOST_STATIONS;
  return nics.map((nic) => {
    const missing = nic.stations.filter((each) => !isProved(each)).slice(0, left);
    const proved = missing.length < left ? nic.stations.filter(isProved).slice(0, left - missing.length) : [];
    const stations = [...missing, ...proved];
    left -= stations.length;
    const omitted = nic.stations.length - stations.length;
    return { ...nic, stations, ...(omitted > 0 && { omitted }) };
  });
};
