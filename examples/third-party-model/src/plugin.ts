import { NIC_MODEL, PLUGIN_CONTRACT, type PluginFactory } from '@nic-herald/core';
import { Rtl8139Model } from './rtl8139-model.js';

/**
 * What `plugins:` in herald.yaml looks for. It takes no options. No announce handler: the default, one RARP per
 * candidate, is all that this card calls for.
 */
export const plugin: PluginFactory = () => ({
  name: '@example/nic-herald-rtl8139',
  contract: PLUGIN_CONTRACT,
  install(registrar) {
    registrar.contribute(NIC_MODEL, { factory: () => new Rtl8139Model() });
  },
});
