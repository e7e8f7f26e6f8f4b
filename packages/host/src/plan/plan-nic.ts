import type { Candidate, EgressFilter, HeraldError, Refusal } from '@nic-herald/core';
import type { NicPlan } from '@nic-herald/core/internal';
import { withHanded } from '../knowledge/foreign-macs.js';
import { admitAddresses } from './admit-addresses.js';
import { announcementOrder } from './announcement-order.js';
import { askHandler } from './ask-handler.js';
import { collectCandidates } from './candidates.js';
import { disputed } from './disputed.js';
import { judgeCandidate } from './judge-candidate.js';
import { KindsInUse } from './kinds-in-use.js';
import type { NicEvidence } from './nic-evidence.js';
import { ownMac } from './own-mac.js';
import type { PlanRules } from './plan-rules.js';
import { inSendingOrder } from './sending-order.js';
import { mostStations, withinLimit } from './station-limit.js';
import type { Verdict } from './verdict.js';

/** A plan, and what failed while it was made: another's announce handler, another's policy. */
export interface PlannedNic {
  readonly plan: NicPlan;
  readonly faults: readonly HeraldError[];
}

/**
 * Plans one NIC: collects candidates, refuses what the rules forbid, puts them in order, bounds them, gives them
 * their addresses, lets the model's handler choose among the frames that the policy sends for them. Pure. Everything left out stands in
 * `refusals` with its reason; the primary MAC is always among the stations, unless it is no address of one, the guest
 * uses it at another NIC, or what the host has at the NIC drops its frames.
 */
export const planNic = (evidence: NicEvidence, given: PlanRules): PlannedNic => {
  const rules = { ...given, ownedByOthers: withHanded(given.ownedByOthers, evidence) };
  const collected = collectCandidates(evidence, rules.policy, ownMac(evidence, rules));
  const refusals: Refusal[] = [...collected.refusals];
  const admitted: Candidate[] = [];
  for (const candidate of collected.candidates) {
    const verdict = judgeCandidate(candidate, rules);
    if (verdict === undefined) admitted.push(candidate);
    else refusals.push(refusalOf(candidate, verdict));
  }
  admitted.sort(announcementOrder);
  const most = mostStations(rules.policy);
  const { kept, left } = withinLimit(admitted, evidence.filter, most);
  for (const candidate of left) {
    refusals.push(refusalOf(candidate, { reason: 'station-limit', detail: `at most ${most} per NIC` }));
  }

  const { candidates, refusals: addressesRefused } = admitAddresses(
    kept,
    evidence.learned,
    rules.policy,
    (station, learned) => {
      const dispute = rules.ownership.ofAddress(evidence.nic.id, station, learned);
      return dispute && disputed(dispute, rules.ownership);
    },
  );
  refusals.push(...addressesRefused);
  const kinds = new KindsInUse(rules.policy, rules.kinds, evidence.nic);
  const frames = new Map(candidates.map((candidate) => [candidate, kinds.announcementsFor(candidate)]));
  for (const [candidate, { length }] of frames) {
    if (length === 0) refusals.push(refusalOf(candidate, noKind(evidence.nic.egress)));
  }
  const { announcements, fault } = askHandler({ evidence, rules, frames, kinds }, refusals);
  return {
    plan: {
      nic: evidence.nic,
      model: evidence.model,
      source: evidence.source,
      announcements: inSendingOrder(announcements),
      refusals,
      incomplete: [...evidence.filter.incomplete, ...collected.incomplete],
    },
    faults: [...kinds.faults, ...(fault === undefined ? [] : [fault])],
  };
};

const refusalOf = ({ station, evidence }: Candidate, verdict: Verdict): Refusal => ({
  ...station,
  evidence,
  ...verdict,
});

/** Why nothing is sent for a station that may be announced. */
const noKind = (egress: EgressFilter | undefined): Verdict =>
  egress?.kinds === undefined
    ? { reason: 'no-kind', detail: 'what the policy sends for it needs an IP address' }
    : { reason: 'host-filter', detail: `${egress.name} lets nothing pass that the policy sends for it` };
