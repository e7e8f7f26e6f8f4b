/** What one connection to libvirt may take in time and memory. */
export interface LibvirtLimits {
  /** Longest packet accepted, bytes, 28 to 33554436 (libvirt's own bound). */
  readonly maxPacketBytes: number;
  /** How long connecting, authentication and opening may take together, ms. */
  readonly openTimeoutMs: number;
  /** How long one call may take, waiting for its turn included, where it names no deadline of its own, ms. */
  readonly callTimeoutMs: number;
  /** Calls sent and not yet answered. The daemon stops reading at `max_client_requests`, by default 5. */
  readonly maxInFlight: number;
  /** Calls waiting for their turn. */
  readonly maxQueued: number;
  /** After so long without a byte from the daemon it is asked whether it lives, ms. */
  readonly quietMs: number;
  /** How long it may take to say so, ms. */
  readonly aliveTimeoutMs: number;
}

/**
 * 8 MiB packets: the longest text libvirt sends has 4 MiB, its longest list of domains about 5. 5 s to open, 5 s for a call,
 * 4 calls in flight of the 5 that the daemon takes, and a daemon that says nothing for 5 s and then for 2 s more is lost.
 */
export const DEFAULT_LIBVIRT_LIMITS: LibvirtLimits = {
  maxPacketBytes: 8 * 1024 * 1024,
  openTimeoutMs: 5000,
  callTimeoutMs: 5000,
  maxInFlight: 4,
  maxQueued: 1024,
  quietMs: 5000,
  aliveTimeoutMs: 2000,
};
