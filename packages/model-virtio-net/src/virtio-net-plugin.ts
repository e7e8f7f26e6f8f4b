import {
  ANNOUNCE_HANDLER,
  type HeraldPlugin,
  NIC_MODEL,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { VirtioNetAnnounceHandler } from './virtio-net-announce-handler.js';
import { VirtioNetModel } from './virtio-net-model.js';

/** The virtio-net card: its model (`virtio-net`) and its announce handler. */
export const virtioNet = (): HeraldPlugin => ({
  name: '@nic-herald/model-virtio-net',
  contract: PLUGIN_CONTRACT,
  install(registrar) {
    registrar.contribute(NIC_MODEL, { class: VirtioNetModel });
    registrar.contribute(ANNOUNCE_HANDLER, { class: VirtioNetAnnounceHandler });
  },
});

/** What a configuration loads; it takes no options. */
export const plugin: PluginFactory<object> = Object.assign(virtioNet, { options: optionsSchema<object>({}) });
