import type { NicPlan } from '../announce/plan.js';
import type { LearnedStation } from '../learn/learned-station.js';
import type { FilterView } from '../nic/filter-view.js';
import type { NicDescriptor } from '../nic/nic-descriptor.js';
import type { MulticastStatus } from './multicast-status.js';
import type { SinkStatus } from './sink-status.js';

/** Whether the kernel sends by itself for a NIC of a guest that is about to come: so many frames, or why none. */
export type KernelStatus = { readonly frames: number } | { readonly refusal: string };

/** One NIC as an operator looks at it. */
export interface NicInspection {
  readonly nic: NicDescriptor;
  /** The model in use; `primary-mac` for the fallback. */
  readonly model: string;
  /** Why the model could not read the card, where it could not. */
  readonly problem?: string;
  /** The model's private state as JSON, where it could be read. */
  readonly state?: unknown;
  readonly filter: FilterView;
  readonly learned: readonly LearnedStation[];
  readonly plan: NicPlan;
  readonly sink: SinkStatus;
  /** Absent: nothing is to be armed for it now. */
  readonly kernel?: KernelStatus;
  readonly multicast: MulticastStatus;
}
