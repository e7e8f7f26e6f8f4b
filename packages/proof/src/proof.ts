import {
  ANNOUNCEMENT_COMPANION,
  checkedOptions,
  type HeraldPlugin,
  HOST_SERVICE,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  wholeNumberOption,
} from '@nic-herald/core';
import { DepartingTraffic } from './departing-traffic.js';
import { LinuxPortSight } from './linux-port-sight.js';
import { linuxSealedSight } from './linux-sealed-sight.js';
import { ProofCompanion } from './proof-companion.js';
import { SharedSight } from './shared-sight.js';
import { Witness } from './witness.js';

/** What can be set. */
export interface ProofOptions {
  /** How long the stations of a guest are waited for, seconds, 1 to 300; default 60. */
  readonly window?: number;
}

const options = optionsSchema<Required<ProofOptions>>({
  window: wholeNumberOption({ least: 1, most: 300, usual: 60 }),
});

/**
 * The plugin that says which stations of a guest are back after an announcement: by the bridge of its port, and by what reaches the
 * guest there. Nothing is sent. Throws HERALD_PROOF_OPTION for an option out of its range.
 */
export const proof = (given: ProofOptions = {}): HeraldPlugin => {
  const { window } = checkedOptions(options, given, { code: 'HERALD_PROOF_OPTION', plugin: 'proof' });
  return {
    name: '@nic-herald/proof',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => {
      registrar.contribute(ANNOUNCEMENT_COMPANION, {
        factory: (resolver) =>
          ProofCompanion.of(resolver, new SharedSight(new LinuxPortSight()), window * 1000),
      });
      registrar.contribute(HOST_SERVICE, {
        factory: (resolver) => Witness.of(resolver, linuxSealedSight, window * 1000),
      });
      registrar.contribute(HOST_SERVICE, {
        factory: (resolver) => DepartingTraffic.of(resolver, new LinuxPortSight()),
      });
    },
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<ProofOptions> = Object.assign(proof, { options });
