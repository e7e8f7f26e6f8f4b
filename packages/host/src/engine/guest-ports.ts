import type { MulticastReports } from '@nic-herald/core';
import type { ChannelSet } from '../announce/channel-set.js';

/** What was counted at the ports of a guest, by NIC id; a NIC where no learner counts is not there. */
export type ReportCounts = ReadonlyMap<string, readonly MulticastReports[]>;

/** The ports of one guest, as an announcement needs them. */
export interface GuestPorts {
  readonly channels: ChannelSet;
  /** Reads what the guest told of its groups so far. */
  countReports(): Promise<ReportCounts>;
}
