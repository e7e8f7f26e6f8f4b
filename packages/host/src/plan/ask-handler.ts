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
import { judgeCandidate } from './judge-candidate.js';
import type { KindsInUse } from './kinds-in-use.js';
import type { NicEvidence } from './nic-evidence.js';
import type { PlanRules } from './plan-rules.js';
import { mostStations } from './station-limit.js';
import type { Verdict } from './verdict.js';

/** What a handler is asked about, and the rules for its answer. */
export interface Question {
  readonly evidence: NicEvidence;
  readonly rules: PlanRules;
  /** What the policy sends for each candidate, which come in sending order and with their addresses. */
  readonly frames: ReadonlyMap<Candidate, readonly Announcement[]>;
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
  const { evidence, rules, frames, kinds } = question;
  const { handler } = rules;
  const candidates = [...frames.keys()];
  const byDefault = [...frames.values()].flat();
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
  { frames, rules, kinds }: Question,
  refusals: Refusal[],
): readonly Announcement[] => {
  const known = new Map<string, readonly Announcement[]>(
    [...frames].map(([{ station }, sent]) => [stationKey(station), sent]),
  );
  const refused = new Set<string>(
    refusals.flatMap((each) =>
      each.count === undefined && each.address === undefined ? [stationKey(each)] : [],
    ),
  );
  const taken = new Set<string>();
  const admitted: Announcement[] = [];
  for (const announcement of given) {
    const { kind, station, evidence, address, asksFor } = announcement;
    const key = stationKey(station);
    const frameKey = `${kind} ${key} ${address ?? ''} ${asksFor ?? ''}`;
    if (taken.has(frameKey)) continue;
    taken.add(frameKey);
    if (refused.has(key)) continue; // it stands there with its reason
    const isNamed = !known.has(key);
    const verdict = isNamed ? judgeNamed(announcement, known.size, rules) : undefined;
    const sent =
      known.get(key) ?? (verdict === undefined ? kinds.announcementsFor({ station, evidence }) : []);
    const frame = sent.find(
      (each) => each.kind === kind && each.address === address && each.asksFor === asksFor,
    );
    if (frame !== undefined) {
      known.set(key, sent);
      admitted.push({ ...frame, station, evidence }); // the evidence is the handler's, the proof is not
    } else {
      // What is announced in another way is not refused as a station: each frame that may not be is told of.
      if (isNamed) refused.add(key);
      refusals.push({ ...station, evidence, ...(verdict ?? notSent(announcement, kinds)) });
    }
  }
  return primaryFirst(admitted, frames);
};

/** A station that the handler names beyond the candidates is held to the same rules and bounds. */
const judgeNamed = (announcement: Announcement, stations: number, rules: PlanRules): Verdict | undefined => {
  const verdict = judgeCandidate(announcement, rules);
  if (verdict !== undefined) {
    return { ...verdict, detail: verdict.detail ?? 'named by the announce handler' };
  }
  const most = mostStations(rules.policy);
  return stations < most ? undefined : { reason: 'station-limit', detail: `at most ${most} per NIC` };
};

/** Why the policy does not send what the handler named. */
const notSent = ({ kind, address, station }: Announcement, kinds: KindsInUse): Verdict => {
  const name = kind.slice(0, 40);
  const detail = kinds.of(station).includes(kind)
    ? `${name} cannot announce ${address === undefined ? 'a station without an address' : String(address).slice(0, 45)} there`
    : `${name} is not a kind of frame that the policy sends for it`;
  return { reason: 'bad-announcement', detail };
};

/** The primary goes first, also where the handler left it out. */
const primaryFirst = (
  admitted: readonly Announcement[],
  frames: Question['frames'],
): readonly Announcement[] => {
  const [primary] = [...frames].filter(([{ evidence }]) => evidence === 'primary');
  if (primary === undefined) return admitted;
  const [{ station }, sent] = primary;
  const isOwn = (each: Announcement): boolean => stationKey(each.station) === stationKey(station);
  const own = admitted.filter(isOwn);
  return [...(own.length > 0 ? own : sent), ...admitted.filter((each) => !isOwn(each))];
};
