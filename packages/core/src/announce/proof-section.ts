import * as z from 'zod';
import type { MigrationReport } from './migration-report.js';
import type { Station } from './station.js';

/** Whether something is proved. */
const PROOF_VALUES = ['yes', 'no', 'cannot-tell'] as const;
/** One of `PROOF_VALUES`. */
type ProofValue = (typeof PROOF_VALUES)[number];

/** One proof of one station. */
export interface StationEvidence {
  readonly value: ProofValue;
  /** Why it is not `yes`, or how far that goes, as a word: `mac-only`, `quiet`. */
  readonly reason?: string;
}

/** What is proved of one station. */
export interface StationProof extends Station {
  /** This host's bridge or switch has the station at the guest's port. */
  readonly local: StationEvidence;
  /** The host that the guest came from saw the announcement come in. */
  readonly witness: StationEvidence;
  /** Frames for the station reach the guest's port. */
  readonly traffic: StationEvidence;
  /** When the first of them did, ms after RESUME, or after the announcement where there was no RESUME; absent: none, or it is not known. */
  readonly firstFrameMs?: number;
  /**
   * From STOP at the host that the guest left to that frame, ms, at most `ProofSection.stop.errorMs` off. Only of a station that was sent at least ten
   * frames a second there until it stopped: of others the first frame says little of how long they were dark. Absent, too, where STOP is not known.
   */
  readonly darkMs?: number;
}

/** Whether a station is proved: a frame reached it or a witness saw it, and nothing speaks against it. */
export const isProved = ({ local, traffic, witness }: StationProof): boolean =>
  (traffic.value === 'yes' || witness.value === 'yes') &&
  local.value !== 'no' &&
  traffic.value !== 'no' &&
  witness.value !== 'no';

/** What is proved of one NIC's stations. */
export interface NicProof {
  readonly nic: string;
  readonly port?: string;
  /** Those that are not proved come first. */
  readonly stations: readonly StationProof[];
  /** So many more are left out here, for the length of the section; they count above. */
  readonly omitted?: number;
  /** Why something could not be looked at, in words. */
  readonly problem?: string;
}

/**
 * The likeliest cause of what is not proved; parameters in brackets.
 * - `no-port` (nic): it could be announced through none on this host
 * - `port-gone`, `port-not-in-bridge`, `port-not-forwarding` (port)
 * - `uplink-down` (uplink): nothing leaves the bridge
 * - `observed`: nothing was sent, as the policy says
 * - `not-sent`: the frames did not leave, or those of a NIC had no way
 * - `seen-elsewhere` (station, port): the bridge has it at another port
 * - `vlan-unseen` (vlan, host): the host that the guest left saw others of its stations, and none of this VLAN
 * - `unseen` (host): the host that the guest left listens, and saw nothing of the announcement
 * - `source-silent` (host): the host that the guest left says nothing
 * - `no-traffic` (stations): nothing was sent to so many of them while they were waited for
 */
export const PROOF_CAUSES = [
  'no-port',
  'port-gone',
  'port-not-in-bridge',
  'port-not-forwarding',
  'uplink-down',
  'observed',
  'not-sent',
  'seen-elsewhere',
  'vlan-unseen',
  'unseen',
  'source-silent',
  'no-traffic',
] as const;

/** The likeliest cause of what is not proved: a code of `PROOF_CAUSES`, what it is about, and both in words. */
export interface ProofCause {
  readonly code: (typeof PROOF_CAUSES)[number];
  readonly params: Readonly<Record<string, string | number>>;
  readonly message: string;
}

/**
 * - `proved`: each station has `witness` or `traffic` `yes`, and none has a `no`
 * - `unproved`: no station has either
 * - `partly`: the rest
 */
export const PROOF_VERDICTS = ['proved', 'partly', 'unproved'] as const;
/** See `PROOF_VERDICTS`. */
export type ProofVerdict = (typeof PROOF_VERDICTS)[number];

/** The section `proof` of a report; a guest without a station has none. */
export interface ProofSection {
  readonly verdict: ProofVerdict;
  /** Whether more may become known: a later revision says so. */
  readonly isOpen: boolean;
  /** Stations that were announced, or would have been had there been a way, at least one; and how many of them are proved. */
  readonly stations: number;
  readonly proved: number;
  /** Of those that frames reached, the longest time until the first, ms as `StationProof.firstFrameMs`; absent: none. */
  readonly lastFirstFrameMs?: number;
  /**
   * How long before RESUME the guest was stopped at the host that it left, ms, and by how much that may be off: the clocks of two hosts
   * differ, and by how much is measured for each move. `agoMs` and a time since RESUME are the time since STOP. Absent where it cannot be said within 50 ms.
   */
  readonly stop?: { readonly agoMs: number; readonly errorMs: number };
  /** Of those that have it, the longest `StationProof.darkMs`; absent: none. */
  readonly lastDarkMs?: number;
  readonly cause?: ProofCause;
  readonly nics: readonly NicProof[];
}

const evidence = z.object({ value: z.enum(PROOF_VALUES), reason: z.string().optional() });
/** The form of a `ProofSection`. */
export const proofSectionSchema = z.object({
  verdict: z.enum(PROOF_VERDICTS),
  isOpen: z.boolean(),
  stations: z.number(),
  proved: z.number(),
  lastFirstFrameMs: z.number().optional(),
  stop: z.object({ agoMs: z.number(), errorMs: z.number() }).optional(),
  lastDarkMs: z.number().optional(),
  cause: z
    .object({
      code: z.enum(PROOF_CAUSES),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      message: z.string(),
    })
    .optional(),
  nics: z.array(
    z.object({
      nic: z.string(),
      port: z.string().optional(),
      stations: z.array(
        z.object({
          mac: z.string(),
          vlan: z.number().optional(),
          local: evidence,
          witness: evidence,
          traffic: evidence,
          firstFrameMs: z.number().optional(),
          darkMs: z.number().optional(),
        }),
      ),
      omitted: z.number().optional(),
      problem: z.string().optional(),
    }),
  ),
});

/** What a report says is proved: the section `proof`; undefined where there is none, or where it is of another form. */
export const proofOf = ({ sections }: Pick<MigrationReport, 'sections'>): ProofSection | undefined => {
  const said = sections?.['proof'];
  return said !== undefined && proofSectionSchema.safeParse(said).success
    ? (said as ProofSection)
    : undefined;
};
