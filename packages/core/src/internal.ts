// For packages of nic-herald itself; not part of the contract with plugins.
export { tokenName } from './di/injection.js';
export { Scope } from './di/scope.js';
export { isParsedSnapshot } from './handoff/parse-snapshot.js';
export { IsolatingEventBus } from './migration/migration-event-bus.js';
