export { plugin } from './plugin.js';
export { Rtl8139Model } from './rtl8139-model.js';
export type { Rtl8139State } from './rtl8139-state.js';
