import {
  ANNOUNCE_HANDLER,
  type HeraldPlugin,
  NIC_MODEL,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { E1000AnnounceHandler } from './e1000-announce-handler.js';
import { E1000Model } from './e1000-model.js';

/** The Intel cards `e1000` (8254x) and `e1000e` (82574L): a model and an announce handler for each. */
export const e1000 = (): HeraldPlugin => ({
  name: '@nic-herald/model-e1000',
  contract: PLUGIN_CONTRACT,
  install(registrar) {
    for (const kind of ['e1000', 'e1000e'] as const) {
      registrar.contribute(NIC_MODEL, { factory: () => new E1000Model(kind) });
      registrar.contribute(ANNOUNCE_HANDLER, { factory: () => new E1000AnnounceHandler(kind) });
    }
  },
});

/** What a configuration loads; it takes no options. */
export const plugin: PluginFactory<object> = Object.assign(e1000, { options: optionsSchema<object>({}) });
