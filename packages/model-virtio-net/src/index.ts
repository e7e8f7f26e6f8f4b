export { VirtioNetAnnounceHandler } from './virtio-net-announce-handler.js';
export { VirtioNetModel } from './virtio-net-model.js';
export { plugin, virtioNet } from './virtio-net-plugin.js';
export type { UnicastMode, VirtioNetState, VlanTable } from './virtio-net-state.js';
