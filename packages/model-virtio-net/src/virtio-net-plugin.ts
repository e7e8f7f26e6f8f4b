import { ANNOUNCE_HANDLER, type HeraldPlugin, NIC_MODEL, PLUGIN_CONTRACT } from '@nic-herald/core';
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
