export { E1000AnnounceHandler } from './e1000-announce-handler.js';
export { type E1000Kind, E1000Model } from './e1000-model.js';
export { e1000, plugin } from './e1000-plugin.js';
export type { E1000State } from './e1000-state.js';
