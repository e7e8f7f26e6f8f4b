export type { NatsHandoffOptions } from './nats-handoff-options.js';
export { natsHandoff, plugin } from './nats-handoff-plugin.js';
