import type { AnnounceTiming, Guest, HeraldError, NicPlan } from '@nic-herald/core';
import { planQueries, type QueryPlan } from '../multicast/query-plan.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { planNic } from '../plan/plan-nic.js';
import type { EngineServices } from './engine-services.js';

/** The plans of a guest's NICs, and what failed while making them. */
export interface GuestPlan {
  readonly plans: readonly NicPlan[];
  /** Where it is asked for its multicast groups; empty where the policy does not want it asked. */
  readonly queries: readonly QueryPlan[];
  readonly faults: readonly HeraldError[];
}

/** The plans and the timing of an announcement that is about to be made ready. */
export interface AnnounceChoice extends Omit<GuestPlan, 'faults'> {
  readonly timing: AnnounceTiming;
}

/** Plans every NIC of a guest by the host's rules. */
export const planGuest = (
  guest: Guest,
  evidence: readonly NicEvidence[],
  services: EngineServices,
): GuestPlan => {
  const policy = services.policy.forGuest(guest.identity);
  const ownedByOthers = services.otherGuests.ownedByOthers(
    guest,
    evidence.map(({ nic }) => nic.primaryMac),
  );
  const planned = evidence.map((each) =>
    planNic(each, {
      nic: each.nic,
      policy,
      ownedByOthers,
      kinds: services.kinds,
      handler: services.models.handlerFor(each.model),
    }),
  );
  const plans = planned.map(({ plan }) => plan);
  const asked = policy.multicastRefresh ? plans : [];
  return {
    plans,
    queries: asked.map((plan, index) => planQueries(plan, evidence[index]?.filter)),
    faults: planned.flatMap(({ faults }) => faults),
  };
};
