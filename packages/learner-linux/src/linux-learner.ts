import {
  checkedOptions,
  type HeraldPlugin,
  NETWORK_WATCH,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  STATION_LEARNER,
  wholeNumberOption,
  yesOrNoOption,
} from '@nic-herald/core';
import { BpfLearner } from './bpf-learner.js';
import { BridgeLearner } from './bridge-learner.js';
import { diagnoseLearner } from './diagnose-learner.js';
import { diagnoseNetworkWatch } from './network/diagnose-network-watch.js';
import { LinuxNetworkWatch } from './network/linux-network-watch.js';

/** What can be set. */
export interface LinuxLearnerOptions {
  /**
   * Stations remembered per port, and as many IP addresses, 256 to 65536; default 4096. In the kernel room for one of each
   * takes 32 bytes at every port, and one of each that is there about 200 more.
   */
  readonly capacity?: number;
  /**
   * False leaves the kernel's frame path alone: only bridges are asked, and who else speaks from a guest's address is not
   * noticed. Default true.
   */
  readonly inKernel?: boolean;
}

const options = optionsSchema<Required<LinuxLearnerOptions>>({
  capacity: wholeNumberOption({ least: 256, most: 65_536, usual: 4096 }),
  inKernel: yesOrNoOption(true),
});

/**
 * The plugin that learns at the taps of a Linux host: in the kernel, which needs CAP_NET_ADMIN and CAP_BPF, or
 * else out of the tables of their bridges. And sees who else is in the networks of these bridges. Throws HERALD_LEARNER_OPTION for an option out of its range.
 */
export const linuxLearner = (given: LinuxLearnerOptions = {}): HeraldPlugin => {
  const { capacity, inKernel } = checkedOptions(options, given, {
    code: 'HERALD_LEARNER_OPTION',
    plugin: 'learner',
  });
  return {
    name: '@nic-herald/learner-linux',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => {
      if (inKernel) registrar.contribute(STATION_LEARNER, { factory: () => new BpfLearner(capacity) });
      registrar.contribute(STATION_LEARNER, { factory: () => new BridgeLearner(capacity) });
      registrar.contribute(NETWORK_WATCH, { factory: () => new LinuxNetworkWatch({ inKernel }) });
    },
    diagnose: async () => [...(await diagnoseLearner({ inKernel })), ...diagnoseNetworkWatch({ inKernel })],
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<LinuxLearnerOptions> = Object.assign(linuxLearner, { options });
