import type { AnnounceMode, MigrationReport } from '@nic-herald/core';
import type { ProofCause } from '@nic-herald/core/internal';
import type { PortPicture } from './port-picture.js';

/** What is known of one NIC of which a station is not proved. */
export interface Suspect {
  readonly nic: string;
  readonly port?: string;
  readonly picture?: PortPicture;
  /** How many of its stations are not proved. */
  readonly missing: number;
  /** Whether there was no way to announce any of them. */
  readonly isUnsent?: boolean;
  readonly elsewhere?: { readonly station: string; readonly port: string };
}

/** What the announcement itself came to. */
export interface Announced {
  readonly mode: AnnounceMode;
  readonly outcome: MigrationReport['outcome'];
  /** Whether what was to come soon has had its time. */
  readonly isSettled: boolean;
  readonly isOpen: boolean;
  /** What the host that the guest left says; absent: it is not known which that is, or it has no way to say so. */
  readonly witness?: WitnessSummary;
}

/** What the host that a guest left says of all stations together. */
export interface WitnessSummary {
  readonly host: string;
  readonly listens: boolean;
  /** Whether it saw any of them. */
  readonly sawSome: boolean;
  /** VLANs of which it saw none, and none is proved otherwise, in rising order. */
  readonly unseenVlans: readonly number[];
}

/**
 * Why stations are not proved, by what this host can see: the nearest fault first, for what lies behind it cannot be seen. `undefined`
 * where all are proved.
 */
export const likeliestCause = (
  suspects: readonly Suspect[],
  announced: Announced,
): ProofCause | undefined => {
  const missing = suspects.filter((each) => each.missing > 0);
  if (missing.length === 0) return undefined;
  for (const find of FINDERS) {
    for (const suspect of missing) {
      const cause = find(suspect, announced);
      if (cause !== undefined) return cause;
    }
  }
  return undefined;
};

type Finder = (suspect: Suspect, announced: Announced) => ProofCause | undefined;

const portOf = ({ nic, port }: Suspect): string => port ?? nic;

const FINDERS: readonly Finder[] = [
  ({ nic, port }) =>
    port === undefined
      ? cause('no-port', { nic }, `NIC ${nic} has no port on this host through which it could be announced`)
      : undefined,
  (suspect) =>
    suspect.picture?.in === 'gone'
      ? cause('port-gone', { port: portOf(suspect) }, `the port ${portOf(suspect)} is gone`)
      : undefined,
  (suspect) =>
    suspect.picture?.in === 'nothing'
      ? cause(
          'port-not-in-bridge',
          { port: portOf(suspect) },
          `the port ${portOf(suspect)} is in no bridge: put it back with ip link set ${portOf(suspect)} master BRIDGE`,
        )
      : undefined,
  (suspect) =>
    suspect.picture?.in === 'bridge' && !suspect.picture.forwards
      ? cause(
          'port-not-forwarding',
          { port: portOf(suspect) },
          `the bridge passes nothing on that comes in at ${portOf(suspect)}: see bridge link show dev ${portOf(suspect)}`,
        )
      : undefined,
  (suspect) => {
    const uplinks =
      suspect.picture !== undefined && 'uplinks' in suspect.picture ? suspect.picture.uplinks : [];
    const [first] = uplinks;
    return first !== undefined && uplinks.every(({ isUp }) => !isUp)
      ? cause(
          'uplink-down',
          { uplink: first.name },
          `the uplink ${uplinks.map(({ name }) => name).join(', ')} is down: nothing leaves this host`,
        )
      : undefined;
  },
  (_, { mode }) =>
    mode === 'observe'
      ? cause('observed', {}, 'the guest is only observed (mode: observe): nothing was announced')
      : undefined,
  ({ isUnsent = false }, { outcome }) =>
    isUnsent || outcome === 'failed'
      ? cause('not-sent', {}, 'the frames did not leave: see the problem of each NIC in the report')
      : undefined,
  ({ elsewhere }) =>
    elsewhere === undefined
      ? undefined
      : cause(
          'seen-elsewhere',
          elsewhere,
          `the bridge has ${elsewhere.station} at ${elsewhere.port}: another machine speaks from that MAC, or the network sends our frames back`,
        ),
  (_, { isSettled, witness }) => {
    const [vlan] = witness?.unseenVlans ?? [];
    return witness !== undefined && isSettled && witness.sawSome && vlan !== undefined
      ? cause(
          'vlan-unseen',
          { vlan, host: witness.host },
          `VLAN ${vlan} did not reach ${witness.host}, and others did: is it allowed on this host's uplink, and all the way to that one's?`,
        )
      : undefined;
  },
  (_, { isSettled, witness }) =>
    witness !== undefined && isSettled && witness.listens && !witness.sawSome
      ? cause(
          'unseen',
          { host: witness.host },
          `nothing of the announcement came in at ${witness.host}, which the guest left: look for a blocked port, or a filter of RARP, between the hosts`,
        )
      : undefined,
  (_, { isSettled, witness }) =>
    witness !== undefined && isSettled && !witness.listens
      ? cause(
          'source-silent',
          { host: witness.host },
          `${witness.host}, which the guest left, says nothing: does nic-herald run there?`,
        )
      : undefined,
  ({ missing }, { isOpen }) =>
    isOpen
      ? undefined
      : cause(
          'no-traffic',
          { stations: missing },
          `nothing was sent to ${missing} of the stations: they are not in use, or the network does not lead here`,
        ),
];

const cause = (code: ProofCause['code'], params: ProofCause['params'], message: string): ProofCause => ({
  code,
  params,
  message,
});
