import type { AccompaniedNic } from '@nic-herald/core/internal';
import type { GuestPlan } from './plan-guest.js';
import type { PreparedNic } from './prepared-nic.js';

/** The planned NICs as companions see them. */
export const accompaniedNics = (
  { plans, filters }: Pick<GuestPlan, 'plans' | 'filters'>,
  prepared: readonly PreparedNic[],
): readonly AccompaniedNic[] =>
  plans.flatMap((plan) => {
    const filter = filters.get(plan.nic.id);
    if (filter === undefined) return [];
    const { announced, added, withdrawn } = prepared.find((each) => each.plan.nic.id === plan.nic.id) ?? NONE;
    return [{ plan, filter, announced: [...announced, ...added], withdrawn }];
  });

const NONE: Pick<PreparedNic, 'announced' | 'added' | 'withdrawn'> = {
  announced: [],
  added: [],
  withdrawn: [],
};
