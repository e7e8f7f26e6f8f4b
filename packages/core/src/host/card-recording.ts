import type { DeviceRegion } from '../nic/device-inspector.js';
import type { FilterView } from '../nic/filter-view.js';

/**
 * A live card as it was recorded, JSON as it stands: what its model read of it and what was named. It says nothing of
 * what is true of the card: that, its author takes from the guest. Testkit's `recordedCard` makes a card of it again.
 */
export interface CardRecording {
  readonly format: 1;
  /** What testkit's `fakeDevice` takes. */
  readonly card: {
    /** The hypervisor's type of the device: `e1000`. */
    readonly type: string;
    readonly id: string;
    readonly primaryMac: string;
    readonly hypervisor: { readonly name: string; readonly version: string };
    /** At most 64; empty where it is not a PCI device. One that the guest has not mapped has no address. */
    readonly regions: readonly DeviceRegion[];
    /** 32-bit words by guest-physical byte address (decimal, a multiple of 4), at most 131 072. What was not read is absent. */
    readonly memory: Readonly<Record<number, number>>;
    /** The hypervisor's own report, unchecked; absent where it has none of this card. At most 262 144 characters of JSON. */
    readonly receiveFilter?: unknown;
    /** Properties that the model asked for, at most 64, bounded as the report is; absent where it asked for none. */
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  /** The model that read it; `primary-mac` where none matches. */
  readonly model: string;
  /** What the model made of it. Never what a test is to expect. Absent where there is no model, or it failed. */
  readonly read?: Pick<FilterView, 'currentMac' | 'unicast' | 'vlans' | 'exact' | 'incomplete'>;
  /** What is missing or doubtful, in words, at most 2000 characters. */
  readonly problem?: string;
}
