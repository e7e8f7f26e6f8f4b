import type { FilterView, LearnedStation, NicDescriptor, NicLimits } from '@nic-herald/core';
import type { PlanSource, SeenElsewhere } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';

/** All that is known of one NIC when it is planned for. */
export interface NicEvidence {
  readonly nic: NicDescriptor;
  /** Name of the model that read it. */
  readonly model: string;
  readonly limits: NicLimits;
  readonly source: PlanSource;
  /** The model's private state, for its announce handler; absent where there is none. */
  readonly state?: unknown;
  readonly filter: FilterView;
  readonly learned: readonly LearnedStation[];
  /** MACs that the host it came from refuses: they are another guest's there. */
  readonly foreign?: readonly MacAddress[];
  /** What that host saw elsewhere, with ages as those in `learned`. */
  readonly elsewhere?: readonly SeenElsewhere[];
}
