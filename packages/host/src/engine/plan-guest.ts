import type { FilterView, Guest, HeraldError } from '@nic-herald/core';
import type { AnnounceTiming, NicPlan } from '@nic-herald/core/internal';
import type { Ownership } from '../ownership/ownership.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { outlastingQemu } from '../plan/outlasting-qemu.js';
import { planNic } from '../plan/plan-nic.js';
import type { EngineServices } from './engine-services.js';

/** The plans of a guest's NICs, and what failed while making them. */
export interface GuestPlan {
  readonly plans: readonly NicPlan[];
  /** What the cards list, by NIC id. */
  readonly filters: ReadonlyMap<string, FilterView>;
  readonly faults: readonly HeraldError[];
}

/** When the rounds of plans are sent: later than QEMU's where it announces a MAC at the wrong NIC. */
export const timingFor = (plans: readonly NicPlan[], timing: AnnounceTiming): AnnounceTiming =>
  plans.some(isAtOtherNic) ? outlastingQemu(timing) : timing;

const isAtOtherNic = ({ nic, refusals }: NicPlan): boolean =>
  refusals.some(({ mac, reason }) => reason === 'on-other-nic' && mac === nic.primaryMac);

/** The plans and the timing of an announcement that is about to be made ready. */
export interface AnnounceChoice extends Omit<GuestPlan, 'faults'> {
  readonly timing: AnnounceTiming;
  /** What it repeats of the guest's move, by its id: it has the seal of that. */
  readonly retryOf?: string;
}

/** Plans every NIC of a guest by the host's rules. */
export const planGuest = (
  guest: Guest,
  evidence: readonly NicEvidence[],
  services: EngineServices,
  ownership: Ownership,
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
      ownership,
      kinds: services.kinds,
      handler: services.models.handlerFor(each.model),
    }),
  );
  return {
    plans: planned.map(({ plan }) => plan),
    filters: new Map(evidence.map(({ nic, filter }) => [nic.id, filter])),
    faults: planned.flatMap(({ faults }) => faults),
  };
};
