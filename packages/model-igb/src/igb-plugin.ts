import {
  ANNOUNCE_HANDLER,
  type HeraldPlugin,
  NIC_MODEL,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { IgbAnnounceHandler } from './igb-announce-handler.js';
import { IgbModel } from './igb-model.js';

/** The Intel card `igb` (82576): its model and its announce handler. */
export const igb = (): HeraldPlugin => ({
  name: '@nic-herald/model-igb',
  contract: PLUGIN_CONTRACT,
  install(registrar) {
    registrar.contribute(NIC_MODEL, { factory: () => new IgbModel() });
    registrar.contribute(ANNOUNCE_HANDLER, { factory: () => new IgbAnnounceHandler() });
  },
});

/** What a configuration loads; it takes no options. */
export const plugin: PluginFactory<object> = Object.assign(igb, { options: optionsSchema<object>({}) });
