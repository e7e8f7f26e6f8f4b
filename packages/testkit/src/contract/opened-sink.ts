import type { FrameSink, HostService, Port } from '@nic-herald/core';
import type { MacAddress, VlanId } from '@nic-herald/wire';

/** A sink opened for one case; the contract starts and closes the sink itself. */
export interface OpenedSink {
  readonly sink: FrameSink & HostService;
  /** A port that is there, up, and supported. */
  readonly port: Port;
  /** One of the same kind that is not there. */
  readonly missing: Port;
  /**
   * Lets the hypervisor announce its guest at the port: a RARP from this MAC comes in there, as QEMU sends it, in the VLAN where one is
   * named. Needed where a batch can be armed.
   */
  readonly hypervisorAnnounces?: (mac: MacAddress, vlan?: VlanId) => Promise<void>;
  /** All frames that left through the port so far, in their order, but for the hypervisor's own. */
  readonly heard?: () => Promise<readonly Uint8Array[]>;
  /**
   * Breaks the way of its frames, the port aside, as far as the sink has such a way; without it only what it says while it is
   * sound is tried. Gives the way to undo it, where the sink does not mend itself.
   */
  readonly breakDown?: () => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}
