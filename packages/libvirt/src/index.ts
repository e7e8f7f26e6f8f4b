export type { Domain } from './domain.js';
export {
  type DeviceEvent,
  LIFECYCLE,
  LIFECYCLE_DETAIL,
  type LifecycleEvent,
  type MetadataEvent,
  type MonitorEvent,
} from './domain-events.js';
export type { EventListener } from './event-relay.js';
export {
  DOMAIN_STATE,
  type DomainStanding,
  Libvirt,
  type LibvirtOptions,
  type LibvirtVersion,
  MAX_METADATA_BYTES,
  type MetadataElement,
  type MetadataScope,
} from './libvirt.js';
export { isForbidden, LIBVIRT_CODES, libvirtCodeOf } from './libvirt-error.js';
export { LibvirtKeeper, type LibvirtKeeperOwner, type LibvirtKeeperSettings } from './libvirt-keeper.js';
export { DEFAULT_LIBVIRT_LIMITS, type LibvirtLimits } from './libvirt-limits.js';
export { findLocalSocket, isReadOnlySocket, readOnlySocket, type SocketSearch } from './local-sockets.js';
export { machineClock } from './machine-clock.js';
export type { CallOptions } from './rpc/call.js';
export type { Connecting } from './rpc/rpc-connection.js';
