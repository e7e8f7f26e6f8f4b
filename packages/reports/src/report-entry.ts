import {
  ANNOUNCE_CAUSES,
  ANNOUNCE_OUTCOMES,
  type GuestIdentity,
  type MigrationReport,
} from '@nic-herald/core';
import {
  PROOF_CAUSES,
  PROOF_VERDICTS,
  type ProofCause,
  type ProofSection,
  proofOf,
} from '@nic-herald/core/internal';
import { reportSummary } from './report-summary.js';

/** What a list of reports says of one. */
export interface ReportEntry {
  /** The name of its file in the directory. */
  readonly file: string;
  /** When the announcement was over, ms since 1970 UTC. */
  readonly at: number;
  /** Length of the file, bytes. */
  readonly size: number;
  /** Unique to the announcement; absent in reports of old versions. */
  readonly id?: string;
  readonly revision: number;
  readonly guest: GuestIdentity;
  readonly host: string;
  readonly epoch: number;
  readonly cause: MigrationReport['cause'];
  readonly mode?: MigrationReport['mode'];
  readonly outcome: MigrationReport['outcome'];
  /** Stations announced, and candidates left out. */
  readonly stations: number;
  readonly refused: number;
  /** From the hypervisor's RESUME to the last frame of round 1, ms; absent where there was no RESUME. */
  readonly resumeToLastFrameMs?: number;
  /** What is proved of its stations, by the last revision, and the likeliest cause of what is not; absent: nothing looked for proof. */
  readonly proof?: ProofSection['verdict'];
  readonly proofCause?: ProofCause['code'];
  /** The codes of its warnings, each once, at most 16. */
  readonly warnings: readonly string[];
}

/** Longest line of an index, bytes: an entry with a host and a guest of the longest names is shorter. */
export const MAX_ENTRY_BYTES = 8192;
const MAX_WARNINGS = 16;
const MAX_TEXT = 512;

const CAUSES: ReadonlySet<unknown> = new Set(ANNOUNCE_CAUSES);
const OUTCOMES: ReadonlySet<unknown> = new Set(ANNOUNCE_OUTCOMES);
const VERDICTS: ReadonlySet<unknown> = new Set([undefined, ...PROOF_VERDICTS]);
const PROOF_CAUSE_CODES: ReadonlySet<unknown> = new Set([undefined, ...PROOF_CAUSES]);

/** The entry of a report, but for the name and the length of its file. */
export const reportEntry = (report: MigrationReport, at: number): Omit<ReportEntry, 'file' | 'size'> => {
  const { stations, refused, resumeToLastFrameMs } = reportSummary(report);
  const { cause, epoch, guest, host, id, mode, outcome, revision, warnings } = report;
  const proof = proofOf(report);
  return {
    at,
    ...(id === undefined ? {} : { id }),
    revision,
    guest: {
      ...(guest.uuid === undefined ? {} : { uuid: guest.uuid }),
      ...(guest.name === undefined ? {} : { name: guest.name }),
    },
    host,
    epoch,
    cause,
    ...(mode === undefined ? {} : { mode }),
    outcome,
    stations,
    refused,
    ...(resumeToLastFrameMs === undefined ? {} : { resumeToLastFrameMs }),
    ...(proof === undefined ? {} : { proof: proof.verdict }),
    ...(proof?.cause === undefined ? {} : { proofCause: proof.cause.code }),
    warnings: [...new Set(warnings.map(({ code }) => code))].slice(0, MAX_WARNINGS),
  };
};

/** Reads an entry that stands in a file; `undefined` where it is none. Written by hand: an index has a hundred thousand. */
export const parseReportEntry = (line: string): ReportEntry | undefined => {
  if (line.length > MAX_ENTRY_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // a torn line
  }
  if (!isRecord(value)) return undefined;
  const { at, cause, epoch, file, guest, host, id, mode, outcome, refused, revision } = value;
  const { proof, proofCause, resumeToLastFrameMs, size, stations, warnings } = value;
  const isEntry =
    isText(file) &&
    isText(host) &&
    (id === undefined || isText(id)) &&
    isRecord(guest) &&
    (guest['uuid'] === undefined || isText(guest['uuid'])) &&
    (guest['name'] === undefined || isText(guest['name'])) &&
    [at, size, revision, epoch, stations, refused].every(Number.isFinite) &&
    (resumeToLastFrameMs === undefined || Number.isFinite(resumeToLastFrameMs)) &&
    CAUSES.has(cause) &&
    OUTCOMES.has(outcome) &&
    VERDICTS.has(proof) &&
    PROOF_CAUSE_CODES.has(proofCause) &&
    (mode === undefined || mode === 'observe' || mode === 'announce') &&
    Array.isArray(warnings) &&
    warnings.length <= MAX_WARNINGS &&
    warnings.every(isText);
  return isEntry ? (value as unknown as ReportEntry) : undefined;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
