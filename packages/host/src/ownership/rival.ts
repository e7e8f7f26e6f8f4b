import type { AddressProof, OwnershipReason } from '@nic-herald/core/internal';
import type { IpAddress, MacAddress } from '@nic-herald/wire';

/** Times of one rival that are kept, the latest. */
const MOST_TIMES = 4;
/** Two sightings closer than this are one, ms: a bridge tells ages in steps of up to 20 ms, and is read a while. */
const APART_MS = 100;

/**
 * How a rival was noticed.
 * - `guest`: by the learner at another guest's port, which saw the frame itself
 * - `port`: at another port of the network, by its table or by the network's watch
 * - `host`: it is of an interface of the host itself
 * - `listing`: another guest's card lists it
 * - `handed`: the host that the guest came from judged so
 */
export type RivalKind = 'guest' | 'port' | 'host' | 'listing' | 'handed';

/** What speaks elsewhere as the guest would here. Times are of `Clock.elapsed`. */
export interface Rival {
  readonly kind: RivalKind;
  readonly mac: MacAddress;
  /** Absent: untagged, or every VLAN where `vlanUnknown` is set. */
  readonly vlan?: number;
  readonly vlanUnknown?: true;
  /** The IP address that it has; absent: it is about the station. */
  readonly address?: IpAddress;
  readonly proof?: AddressProof;
  /** Where, for people. */
  readonly where: string;
  /** When it was seen there, the latest first; at least one time. */
  readonly times: readonly number[];
  /** What the host said that judged before: of `handed` alone. */
  readonly reason?: OwnershipReason;
}

/** When a rival was seen last. */
export const lastSeen = ({ times }: Pick<Rival, 'times'>): number => times[0] ?? Number.NEGATIVE_INFINITY;

/** The times of both, each sighting once, the latest `MOST_TIMES`. */
export const mergeTimes = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const kept: number[] = [];
  for (const time of [...a, ...b].sort((one, other) => other - one)) {
    const before = kept.at(-1);
    if (before === undefined || before - time >= APART_MS) kept.push(time);
    if (kept.length === MOST_TIMES) break;
  }
  return kept;
};
