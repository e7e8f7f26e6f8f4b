/** What one connection may take in time and memory. */
export interface QmpLimits {
  /** Longest line accepted, bytes. */
  readonly maxLineBytes: number;
  /** How long a connected socket may stay silent before that is told of, ms. */
  readonly greetingTimeoutMs: number;
  /** How long one command may take, waiting for its turn included, ms. */
  readonly commandTimeoutMs: number;
  /** Commands sent and not yet answered. QEMU itself stops reading at 8. */
  readonly maxInFlight: number;
  /** Commands waiting for their turn. */
  readonly maxQueued: number;
}

/** 4 MiB lines (QEMU's longest usual reply is about 24 kB), 2 s for the greeting, 3 s for a command. */
export const DEFAULT_QMP_LIMITS: QmpLimits = {
  maxLineBytes: 4 * 1024 * 1024,
  greetingTimeoutMs: 2000,
  commandTimeoutMs: 3000,
  maxInFlight: 4,
  maxQueued: 256,
};
