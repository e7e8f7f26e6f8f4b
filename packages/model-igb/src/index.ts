export { IgbAnnounceHandler } from './igb-announce-handler.js';
export { IgbModel } from './igb-model.js';
export { igb, plugin } from './igb-plugin.js';
export type { IgbState } from './igb-state.js';
