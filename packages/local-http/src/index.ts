export { claimSocket, someoneListens } from './claim-socket.js';
export type { LocalPurpose } from './local-purpose.js';
export { type LocalLimits, type LocalPlace, LocalServer, placeText } from './local-server.js';
