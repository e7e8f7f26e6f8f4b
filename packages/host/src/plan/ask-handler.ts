import {
  type Announcement,
  asHeraldError,
  type Candidate,
  type HeraldError,
  messageOf,
  type Refusal,
  stationKey,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { judgeCandidate, type Verdict } from './judge-candidate.js';
import type { KindsInUse } from './kinds-in-use.js';
import type { NicEvidence } from './nic-evidence.js';
import type { PlanRules } from './plan-rules.js';

/** What a handler is asked about, and the rules for its answer. */
export interface Question {
  readonly evidence: NicEvidence;
  readonly rules: PlanRules;
  /** In sending order, with their addresses. */
  readonly candidates: readonly Candidate[];
  readonly kinds: KindsInUse;
}

/** The announcements, and the handler's failure where it had one (they then are the default's). */
export interface Answer {
  readonly announcements: readonly Announcement[];
  readonly fault?: HeraldError;
}

/** A handler is cut off after this many announcements per candidate beyond the default's: it may yield for ever. */
const MAX_PER_CANDIDATE = 8;

/**
 * Lets the model's announce handler choose. Without one, and where it fails, each candidate gets what the policy
 * sends for it. What was refused of the handler's answer is added to `refusals`.
 */
export const askHandler = (question: Question, refusals: Refusal[]): Answer => {
  const { evidence, rules, candidates, kinds } = question;
  const { handler } = rules;
  const byDefault = candidates.flatMap((candidate) => kinds.announcementsFor(candidate));
  if (handler === undefined) return { announcements: byDefault };
  const { nic, filter, state } = evidence;
  const announcementsFor = (candidate: Candidate): readonly Announcement[] =>
    kinds.announcementsFor(candidate);
  const context = { nic, filter, candidates, announcementsFor, ...(state === undefined ? {} : { state }) };
  const given: Announcement[] = [];
  try {
    const most = byDefault.length + MAX_PER_CANDIDATE * Math.max(1, candidates.length);
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
      `the announce handler of ${handler.model} failed for ${nic.id}: ${messageOf(error)}; every candidate is announced as the policy says instead`,
      { nic: nic.id, model: handler.model },
    );
    return { announcements: byDefault, fault };
  }
  return { announcements: admit(given, question, refusals) };
};

/** A handler is another's code: what it yields may be anything. */
const isAnnouncement = (value: Announcement | undefined): value is Announcement =>
  typeof value?.kind === 'string' &&
  ['primary', 'learned', 'filter', 'paired'].includes(value.evidence) &&
  MacAddress.is((value as Partial<Announcement>).station?.mac);

/**
 * Holds a handler's announcements to the rules: kinds that the policy sends for that station, stations and addresses
 * that are admitted, each once, the primary first.
 */
const admit = (
  given: readonly Announcement[],
  { candidates, rules, kinds }: Question,
  refusals: Refusal[],
): readonly Announcement[] => {
  const known = new Map<string, Candidate>(candidates.map((each) => [stationKey(each.station), each]));
  const refused = new Set<string>(
    refusals.flatMap((each) =>
      each.count === undefined && each.address === undefined ? [stationKey(each)] : [],
    ),
  );
  const taken = new Set<string>();
  const admitted: Announcement[] = [];
  for (const announcement of given) {
    const { kind, station, evidence, address } = announcement;
    const key = stationKey(station);
    const frame = `${kind} ${key} ${address ?? ''}`;
    if (taken.has(frame)) continue;
    taken.add(frame);
    if (refused.has(key)) continue; // it stands there with its reason
    const candidate = known.get(key);
    const verdict =
      (candidate === undefined ? judgeNamed(announcement, known.size, rules) : undefined) ??
      judgeFrame(announcement, candidate ?? announcement, kinds);
    if (verdict === undefined) {
      if (candidate === undefined) known.set(key, { station, evidence });
      admitted.push(sent(announcement, candidate ?? announcement, kinds));
    } else {
      // What is announced in another way is not refused as a station: each frame that may not be is told of.
      if (candidate === undefined) refused.add(key);
      refusals.push({ ...station, evidence, ...verdict });
    }
  }
  return primaryFirst(admitted, candidates, kinds);
};

/** A station that the handler names beyond the candidates is held to the same rules and bounds. */
const judgeNamed = (announcement: Announcement, stations: number, rules: PlanRules): Verdict | undefined => {
  const verdict = judgeCandidate(announcement, rules);
  if (verdict !== undefined) {
    return { ...verdict, detail: verdict.detail ?? 'named by the announce handler' };
  }
  const most = Math.max(1, rules.policy.maxStations);
  return stations < most ? undefined : { reason: 'station-limit', detail: `at most ${most} per NIC` };
};

/** What the policy sends for a station, and the handler named. */
const judgeFrame = (
  { kind, address }: Announcement,
  candidate: Candidate,
  kinds: KindsInUse,
): Verdict | undefined => {
  if (policyFrame({ kind, address }, candidate, kinds) !== undefined) return undefined;
  const name = kind.slice(0, 40);
  const detail = kinds.of(candidate.station).includes(kind)
    ? `${name} cannot announce ${address === undefined ? 'a station without an address' : String(address).slice(0, 45)} there`
    : `${name} is not a kind of frame that the policy sends for it`;
  return { reason: 'bad-announcement', detail };
};

const policyFrame = (
  { kind, address }: { readonly kind: string; readonly address: Announcement['address'] },
  candidate: Candidate,
  kinds: KindsInUse,
): Announcement | undefined =>
  kinds.announcementsFor(candidate).find((each) => each.kind === kind && each.address === address);

/** With the proof and the router flag of the address as they were learned, and the handler's evidence. */
const sent = (announcement: Announcement, candidate: Candidate, kinds: KindsInUse): Announcement => {
  const { kind, address, station, evidence } = announcement;
  return { ...policyFrame({ kind, address }, candidate, kinds), kind, station, evidence };
};

/** The primary goes first, also where the handler left it out. */
const primaryFirst = (
  admitted: readonly Announcement[],
  candidates: readonly Candidate[],
  kinds: KindsInUse,
): readonly Announcement[] => {
  const primary = candidates.filter(({ evidence }) => evidence === 'primary').slice(0, 1);
  const keys = new Set(primary.map(({ station }) => stationKey(station)));
  const own = admitted.filter(({ station }) => keys.has(stationKey(station)));
  const others = admitted.filter(({ station }) => !keys.has(stationKey(station)));
  const added = primary.flatMap((candidate) => kinds.announcementsFor(candidate));
  return [...(own.length > 0 ? own : added), ...others];
};
