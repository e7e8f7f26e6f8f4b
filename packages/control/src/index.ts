export { agentsIn, ControlClient, type WatchRequest } from './control-client.js';
export { type ControlOwner, controlDirectory, controlPath } from './control-path.js';
export { type ControlOptions, control, plugin } from './control-plugin.js';
export { claimControlSocket } from './control-purpose.js';
export type { ControlledHost, GuestSummary } from './control-routes.js';
export { ControlServer, type ControlServing } from './control-server.js';
export { isNamed } from './find-guest.js';
