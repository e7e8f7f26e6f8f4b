import {
  type DeviceEvent,
  type LifecycleEvent,
  type MetadataEvent,
  type MonitorEvent,
  readDeviceEvent,
  readLifecycleEvent,
  readMetadataEvent,
  readMonitorEvent,
} from './domain-events.js';
import type { EventKind } from './event-relay.js';
import { PROCEDURES } from './rpc/procedures.js';
import { XdrWriter } from './xdr/xdr-writer.js';

/** `virDomainEventID` (libvirt-domain.h). */
const LIFECYCLE_ID = 0;
const DEVICE_REMOVED_ID = 15;
const DEVICE_ADDED_ID = 19;
const METADATA_CHANGE_ID = 23;

/** The number of the event, then the domain: none, so that it is of all domains. */
const ofAllDomains = (eventId: number): Uint8Array => new XdrWriter().int(eventId).bool(false).bytes();

const { hear, stopHearing } = PROCEDURES;

/** Lifecycle events of all domains. */
export const LIFECYCLE_EVENTS: EventKind<LifecycleEvent> = {
  hear,
  hearArguments: ofAllDomains(LIFECYCLE_ID),
  stopHearing,
  message: PROCEDURES.lifecycleEvent,
  read: readLifecycleEvent,
};

/** Changes of metadata of all domains. */
export const METADATA_EVENTS: EventKind<MetadataEvent> = {
  hear,
  hearArguments: ofAllDomains(METADATA_CHANGE_ID),
  stopHearing,
  message: PROCEDURES.metadataEvent,
  read: readMetadataEvent,
};

/** Devices of all domains that were plugged. */
export const DEVICE_ADDED_EVENTS: EventKind<DeviceEvent> = {
  hear,
  hearArguments: ofAllDomains(DEVICE_ADDED_ID),
  stopHearing,
  message: PROCEDURES.deviceAddedEvent,
  read: readDeviceEvent,
};

/** Devices of all domains that are unplugged, from when the guest has let go of them. */
export const DEVICE_REMOVED_EVENTS: EventKind<DeviceEvent> = {
  hear,
  hearArguments: ofAllDomains(DEVICE_REMOVED_ID),
  stopHearing,
  message: PROCEDURES.deviceRemovedEvent,
  read: readDeviceEvent,
};

/** All of QEMU's own events of all domains: no domain, no name, no flags. */
export const MONITOR_EVENTS: EventKind<MonitorEvent> = {
  hear: PROCEDURES.hearMonitor,
  hearArguments: new XdrWriter().bool(false).bool(false).uint(0).bytes(),
  stopHearing: PROCEDURES.stopHearingMonitor,
  message: PROCEDURES.monitorEvent,
  read: readMonitorEvent,
};
