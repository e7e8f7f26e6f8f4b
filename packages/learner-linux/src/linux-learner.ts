import { HeraldError, type HeraldPlugin, PLUGIN_CONTRACT, STATION_LEARNER } from '@nic-herald/core';
import { BpfLearner } from './bpf-learner.js';
import { BridgeLearner } from './bridge-learner.js';

/** What can be set. */
export interface LinuxLearnerOptions {
  /**
   * Stations remembered per port, and as many IP addresses, 256 to 65536; default 4096. In the kernel one of each
   * takes about 200 bytes at every port, whether used or not.
   */
  readonly capacity?: number;
  /** False leaves the kernel's frame path alone: only bridges are asked. Default true. */
  readonly inKernel?: boolean;
}

const DEFAULT_CAPACITY = 4096;
const CAPACITY_RANGE = { least: 256, most: 65_536 };

/**
 * The plugin that learns at the taps of a Linux host: in the kernel, which needs CAP_NET_ADMIN and CAP_BPF, or
 * else out of the tables of their bridges. Throws HERALD_LEARNER_OPTION for an option out of its range.
 */
export const linuxLearner = (options: LinuxLearnerOptions = {}): HeraldPlugin => {
  const { capacity = DEFAULT_CAPACITY, inKernel = true } = options;
  const { least, most } = CAPACITY_RANGE;
  if (!Number.isInteger(capacity) || capacity < least || capacity > most) {
    throw new HeraldError(
      'HERALD_LEARNER_OPTION',
      `learner: capacity must be a whole number from ${least} to ${most}, not ${capacity}`,
      { details: { capacity } },
    );
  }
  return {
    name: '@nic-herald/learner-linux',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => {
      if (inKernel) registrar.contribute(STATION_LEARNER, { factory: () => new BpfLearner(capacity) });
      registrar.contribute(STATION_LEARNER, { factory: () => new BridgeLearner(capacity) });
    },
  };
};
