// For packages of nic-herald itself; not part of the contract with plugins.
export { Scope } from './di/scope.js';
export { IsolatingEventBus } from './migration/migration-event-bus.js';
