import type { NicDescriptor } from './nic-descriptor.js';

/** One region (BAR) of a PCI device as the guest mapped it. */
export interface DeviceRegion {
  /** Number of the base address register, 0 to 6 (6 is the ROM). */
  readonly bar: number;
  readonly kind: 'memory' | 'io';
  /** Guest-physical address; absent while the guest has not enabled the region. */
  readonly address?: number;
  /** Size in bytes. */
  readonly size: number;
}

/** A run of 32-bit words in guest-physical memory. */
export interface WordRange {
  /** Guest-physical byte address of the first word, a multiple of 4. */
  readonly address: number;
  /** How many words, 1 to 1024. */
  readonly words: number;
}

/** How a read may be ended early. */
export interface InspectOptions {
  readonly signal: AbortSignal;
}

/**
 * Reads one live NIC for its model. Every method rejects with a HeraldError when the hypervisor refuses or
 * does not answer; nothing here ever writes to the device. What comes back was said by the hypervisor and,
 * through it, by the guest: a model checks it.
 */
export interface DeviceInspector {
  readonly nic: NicDescriptor;
  /** What runs the guest, for faults known of a version. */
  readonly hypervisor: { readonly name: string; readonly version: string };
  /** The hypervisor's own receive-filter report of this NIC (QEMU: one entry of `query-rx-filter`), unchecked. */
  receiveFilter(options: InspectOptions): Promise<unknown>;
  /** The regions of the NIC's PCI function (QEMU: `query-pci`); empty where it is not a PCI device. */
  regions(options: InspectOptions): Promise<readonly DeviceRegion[]>;
  /**
   * Reads device registers or memory, one monitor command per range (QEMU: `xp`); within a range the words are
   * of one moment. Only read registers that have no side effect.
   */
  readWords(ranges: readonly WordRange[], options: InspectOptions): Promise<readonly Uint32Array[]>;
  /** One property of the device (QEMU: `qom-get`), unchecked. */
  property(name: string, options: InspectOptions): Promise<unknown>;
}
