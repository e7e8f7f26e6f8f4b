import {
  type AnnounceHandler,
  type Announcement,
  asHeraldError,
  type Candidate,
  type HeraldError,
  type NicPlan,
  type Refusal,
  stationKey,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { announcementOrder } from './announcement-order.js';
import { collectCandidates } from './candidates.js';
import { type JudgeContext, judgeCandidate, type Verdict } from './judge-candidate.js';
import type { NicEvidence } from './nic-evidence.js';
import { ownMac } from './own-mac.js';
import { withinLimit } from './station-limit.js';

/** What planning needs besides the evidence. */
export interface PlanRules extends JudgeContext {
  /** The model's announce handler; absent: one RARP per candidate. */
  readonly handler?: AnnounceHandler | undefined;
  /** Names of the kinds of frame this host can encode. */
  readonly kinds: ReadonlySet<string>;
}

/** A plan, and the handler's failure where it had one (the plan then is the default's). */
export interface PlannedNic {
  readonly plan: NicPlan;
  readonly fault?: HeraldError;
}

const DEFAULT_KIND = 'rarp';
/** A handler is cut off after this many announcements per candidate: it may yield for ever. */
const MAX_PER_CANDIDATE = 8;

const defaultAnnouncements = (candidates: readonly Candidate[]): Announcement[] =>
  candidates.map(({ station, evidence }) => ({ kind: DEFAULT_KIND, station, evidence }));

/**
 * Plans one NIC: collects candidates, refuses what the rules forbid, puts them in order, lets the model's
 * handler say which frames announce them, and bounds the stations. Pure. Everything left out stands in
 * `refusals` with its reason; the primary MAC is always announced, unless it is no address of a station.
 */
export const planNic = (evidence: NicEvidence, given: PlanRules): PlannedNic => {
  const { ownedByOthers } = given;
  const rules = { ...given, ownedByOthers: new Set([...ownedByOthers, ...(evidence.foreign ?? [])]) };
  const collected = collectCandidates(evidence, rules.policy, ownMac(evidence, rules));
  const refusals: Refusal[] = [...collected.refusals];
  const admitted: Candidate[] = [];
  for (const candidate of collected.candidates) {
    const verdict = judgeCandidate(candidate, rules);
    if (verdict === undefined) admitted.push(candidate);
    else refusals.push(refusalOf(candidate, verdict));
  }
  admitted.sort(announcementOrder);
  const most = mostStations(rules);
  const { kept, left } = withinLimit(admitted, evidence.filter, most);
  for (const candidate of left) {
    refusals.push(refusalOf(candidate, { reason: 'station-limit', detail: `at most ${most} per NIC` }));
  }

  const { announcements, fault } = askHandler(evidence, rules, kept, refusals);
  return {
    plan: {
      nic: evidence.nic,
      model: evidence.model,
      source: evidence.source,
      announcements,
      refusals,
      incomplete: [...evidence.filter.incomplete, ...collected.incomplete],
    },
    ...(fault === undefined ? {} : { fault }),
  };
};

const refusalOf = ({ station, evidence }: Candidate, verdict: Verdict): Refusal => ({
  ...station,
  evidence,
  ...verdict,
});

/** The primary always has its place. */
const mostStations = ({ policy }: PlanRules): number => Math.max(1, policy.maxStations);

interface Asked {
  readonly announcements: readonly Announcement[];
  readonly fault?: HeraldError;
}

const askHandler = (
  evidence: NicEvidence,
  rules: PlanRules,
  candidates: readonly Candidate[],
  refusals: Refusal[],
): Asked => {
  const { handler } = rules;
  if (handler === undefined) return { announcements: defaultAnnouncements(candidates) };
  const { nic, filter, state } = evidence;
  const context = { nic, filter, candidates, ...(state === undefined ? {} : { state }) };
  const given: Announcement[] = [];
  try {
    const most = MAX_PER_CANDIDATE * Math.max(1, candidates.length);
    for (const announcement of handler.announcements(context)) {
      if (given.length >= most) {
        throw new Error(`it yielded more than ${most} announcements for ${candidates.length} candidates`);
      }
      if (!isAnnouncement(announcement)) throw new Error('it yielded what is no announcement of a station');
      given.push(announcement);
    }
  } catch (error) {
    const fault = asHeraldError(
      error,
      'HERALD_HANDLER_FAULT',
      `the announce handler of ${handler.model} failed for ${nic.id}: ${error instanceof Error ? error.message : String(error)}; every candidate gets one RARP instead`,
      { nic: nic.id, model: handler.model },
    );
    return { announcements: defaultAnnouncements(candidates), fault };
  }
  return { announcements: admit(given, candidates, rules, refusals) };
};

/** A handler is another's code: what it yields may be anything. */
const isAnnouncement = (value: Announcement | undefined): value is Announcement =>
  typeof value?.kind === 'string' &&
  ['primary', 'learned', 'filter', 'paired'].includes(value.evidence) &&
  MacAddress.is((value as Partial<Announcement>).station?.mac);

/** Holds a handler's announcements to the rules: known kinds, admitted stations, each once, primary first. */
const admit = (
  given: readonly Announcement[],
  candidates: readonly Candidate[],
  rules: PlanRules,
  refusals: Refusal[],
): readonly Announcement[] => {
  const known = new Set(candidates.map(({ station }) => stationKey(station)));
  const refused = new Set<string>(
    refusals.flatMap((refusal) => (refusal.count === undefined ? [stationKey(refusal)] : [])),
  );
  const taken = new Set<string>();
  const admitted: Announcement[] = [];
  for (const announcement of given) {
    const { kind, station, evidence } = announcement;
    const key = stationKey(station);
    if (taken.has(`${kind} ${key}`)) continue;
    taken.add(`${kind} ${key}`);
    const verdict = rules.kinds.has(kind)
      ? judgeNamed(announcement, known, rules)
      : { reason: 'bad-announcement' as const, detail: `no frame of kind ${kind.slice(0, 40)} is known` };
    if (refused.has(key)) continue; // it stands there with its reason
    if (verdict === undefined) {
      known.add(key);
      admitted.push({ kind, station, evidence });
    } else {
      // What is announced in another way is not refused as a station: each unknown kind is told of.
      if (!known.has(key)) refused.add(key);
      refusals.push(refusalOf(announcement, verdict));
    }
  }
  return primaryFirst(admitted, candidates);
};

/** A station that the handler names beyond the candidates is held to the same rules and bounds. */
const judgeNamed = (
  announcement: Announcement,
  known: ReadonlySet<string>,
  rules: PlanRules,
): Verdict | undefined => {
  if (known.has(stationKey(announcement.station))) return undefined;
  const verdict = judgeCandidate(announcement, rules);
  if (verdict !== undefined) {
    return { ...verdict, detail: verdict.detail ?? 'named by the announce handler' };
  }
  const most = mostStations(rules);
  return known.size < most ? undefined : { reason: 'station-limit', detail: `at most ${most} per NIC` };
};

/** The primary goes first, also where the handler left it out. */
const primaryFirst = (
  admitted: readonly Announcement[],
  candidates: readonly Candidate[],
): readonly Announcement[] => {
  const primary = candidates.filter(({ evidence }) => evidence === 'primary').slice(0, 1);
  const keys = new Set(primary.map(({ station }) => stationKey(station)));
  const own = admitted.filter(({ station }) => keys.has(stationKey(station)));
  const others = admitted.filter(({ station }) => !keys.has(stationKey(station)));
  return [...(own.length > 0 ? own : defaultAnnouncements(primary)), ...others];
};
