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
import { announcementOrder } from './announcement-order.js';
import { collectCandidates } from './candidates.js';
import { type JudgeContext, judgeCandidate } from './judge-candidate.js';
import type { NicEvidence } from './nic-evidence.js';

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
 * `refusals` with its reason; the primary MAC is always announced.
 */
export const planNic = (evidence: NicEvidence, rules: PlanRules): PlannedNic => {
  const collected = collectCandidates(evidence, rules.policy);
  const refusals: Refusal[] = [...collected.refusals];
  const admitted: Candidate[] = [];
  for (const candidate of collected.candidates) {
    const verdict = judgeCandidate(candidate, rules);
    if (verdict === undefined) admitted.push(candidate);
    else refusals.push(refusalOf(candidate, verdict));
  }
  // A card whose own MAC was refused (a neighbour's, say) still has the one it was configured with.
  if (!admitted.some(({ evidence: known }) => known === 'primary')) {
    admitted.push({ station: { mac: rules.nic.primaryMac }, evidence: 'primary' });
    drop(refusals, ({ mac, reason }) => mac === rules.nic.primaryMac && reason === 'not-in-use');
  }
  admitted.sort(announcementOrder);
  const kept = admitted.slice(0, rules.policy.maxStations);
  for (const candidate of admitted.slice(rules.policy.maxStations)) {
    refusals.push(
      refusalOf(candidate, {
        reason: 'station-limit',
        detail: `at most ${rules.policy.maxStations} per NIC`,
      }),
    );
  }

  const { announcements, fault } = askHandler(evidence, rules, kept, refusals);
  return {
    plan: {
      nic: evidence.nic,
      model: evidence.model,
      source: evidence.source,
      announcements,
      refusals,
      incomplete: evidence.filter.incomplete,
    },
    ...(fault === undefined ? {} : { fault }),
  };
};

const refusalOf = (
  { station, evidence }: Candidate,
  verdict: { reason: Refusal['reason']; detail?: string },
): Refusal => ({ ...station, evidence, ...verdict });

const drop = <T>(list: T[], unwanted: (item: T) => boolean): void => {
  const index = list.findIndex(unwanted);
  if (index >= 0) list.splice(index, 1);
};

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

/** Holds a handler's announcements to the rules: known kinds, admitted stations, each once, primary first. */
const admit = (
  given: readonly Announcement[],
  candidates: readonly Candidate[],
  rules: PlanRules,
  refusals: Refusal[],
): readonly Announcement[] => {
  const known = new Set(candidates.map(({ station }) => stationKey(station)));
  const taken = new Set<string>();
  const admitted: Announcement[] = [];
  const refuse = (announcement: Announcement, reason: Refusal['reason'], detail: string): void => {
    refusals.push({ ...announcement.station, evidence: announcement.evidence, reason, detail });
  };
  for (const announcement of given) {
    const key = stationKey(announcement.station);
    const frame = `${announcement.kind} ${key}`;
    if (taken.has(frame)) continue;
    taken.add(frame);
    if (!rules.kinds.has(announcement.kind)) {
      refuse(announcement, 'bad-announcement', `no frame of kind ${announcement.kind} is known`);
      continue;
    }
    if (!known.has(key)) {
      const verdict = judgeCandidate(announcement, rules);
      if (verdict !== undefined) {
        refuse(announcement, verdict.reason, verdict.detail ?? 'named by the announce handler');
        continue;
      }
      if (known.size >= rules.policy.maxStations) {
        refuse(announcement, 'station-limit', `at most ${rules.policy.maxStations} per NIC`);
        continue;
      }
      known.add(key);
    }
    admitted.push(announcement);
  }
  const primary = candidates.find(({ evidence }) => evidence === 'primary');
  if (primary !== undefined) {
    const key = stationKey(primary.station);
    const first = admitted.findIndex(({ station }) => stationKey(station) === key);
    const [announcement] = first >= 0 ? admitted.splice(first, 1) : defaultAnnouncements([primary]);
    if (announcement !== undefined) admitted.unshift(announcement);
  }
  return admitted;
};
