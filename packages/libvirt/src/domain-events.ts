import { type Domain, readDomain } from './domain.js';
import { MOST_STRING_BYTES } from './xdr/most-string-bytes.js';
import type { XdrReader } from './xdr/xdr-reader.js';

/** A domain began, stopped, or something between: `virDomainEventType` and its detail (libvirt-domain.h). */
export interface LifecycleEvent {
  readonly domain: Domain;
  /** See `LIFECYCLE`. */
  readonly event: number;
  /** Why, in numbers of that event's own; see `LIFECYCLE_DETAIL`. */
  readonly detail: number;
}

/** What a lifecycle event tells. */
export const LIFECYCLE = {
  DEFINED: 0,
  UNDEFINED: 1,
  STARTED: 2,
  SUSPENDED: 3,
  RESUMED: 4,
  STOPPED: 5,
  SHUTDOWN: 6,
  PM_SUSPENDED: 7,
  CRASHED: 8,
} as const;

/** Why, where migrations are concerned. */
export const LIFECYCLE_DETAIL = {
  /** STARTED: it waits for its guest, who is on the way. */
  STARTED_MIGRATED: 1,
  /** SUSPENDED: for the last part of a migration that leaves. */
  SUSPENDED_MIGRATED: 1,
  SUSPENDED_POST_COPY: 7,
  /** RESUMED: the guest runs here from now on. */
  RESUMED_MIGRATED: 1,
  RESUMED_POST_COPY: 3,
  /** STOPPED: the guest runs elsewhere. */
  STOPPED_MIGRATED: 3,
  /** STOPPED: also where a migration that was to arrive failed. */
  STOPPED_FAILED: 5,
} as const;

/** Metadata of a domain was set or removed. */
export interface MetadataEvent {
  readonly domain: Domain;
  /** `virDomainMetadataType`: 0 description, 1 title, 2 an element. */
  readonly type: number;
  /** The namespace of the element. */
  readonly uri?: string;
}

/** A device of a running domain was plugged, or is unplugged. */
export interface DeviceEvent {
  readonly domain: Domain;
  /** libvirt's alias of the device, QEMU's id of it: `net0`. */
  readonly alias: string;
}

/** An event of QEMU itself, as libvirt's daemon read it from the monitor. */
export interface MonitorEvent {
  readonly domain: Domain;
  /** QEMU's name, such as RESUME. */
  readonly name: string;
  /** QEMU's stamp, ms since 1970 UTC with a fraction; absent where QEMU had no clock. */
  readonly stampedAt?: number;
  /** The event's `data` as JSON text, unchecked; absent where it has none. */
  readonly data?: string;
}

/** An event for one who registered. */
export interface Addressed<T> {
  /** The number that registering was answered with. */
  readonly callbackId: number;
  readonly event: T;
}

/** Reads `remote_domain_event_callback_lifecycle_msg`. */
export const readLifecycleEvent = (reader: XdrReader): Addressed<LifecycleEvent> => {
  const callbackId = reader.int('callback id');
  const domain = readDomain(reader);
  return {
    callbackId,
    event: { domain, event: reader.int('lifecycle event'), detail: reader.int('lifecycle detail') },
  };
};

/** Reads `remote_domain_event_callback_metadata_change_msg`. */
export const readMetadataEvent = (reader: XdrReader): Addressed<MetadataEvent> => {
  const callbackId = reader.int('callback id');
  const domain = readDomain(reader);
  const type = reader.int('metadata type');
  const uri = reader.optional('metadata URI', () => reader.string(MOST_STRING_BYTES, 'metadata URI'));
  return { callbackId, event: { domain, type, ...(uri === undefined ? {} : { uri }) } };
};

const MAX_ALIAS_BYTES = 4096;

/** Reads `remote_domain_event_callback_device_added_msg`, and that of a removed one, which is the same. */
export const readDeviceEvent = (reader: XdrReader): Addressed<DeviceEvent> => {
  const callbackId = reader.int('callback id');
  const domain = readDomain(reader);
  return { callbackId, event: { domain, alias: reader.string(MAX_ALIAS_BYTES, 'alias of a device') } };
};

const MAX_EVENT_NAME = 1024;
/** Beyond that, about 285 000 years, a double has no microseconds left. */
const MOST_SECONDS = 9_000_000_000_000n;

/** Reads `qemu_domain_monitor_event_msg` (qemu_protocol.x). */
export const readMonitorEvent = (reader: XdrReader): Addressed<MonitorEvent> => {
  const callbackId = reader.int('callback id');
  const domain = readDomain(reader);
  const name = reader.string(MAX_EVENT_NAME, 'event name');
  const seconds = reader.hyper('seconds of an event');
  const micros = reader.uint('microseconds of an event');
  const data = reader.optional('data of an event', () =>
    reader.string(MOST_STRING_BYTES, 'data of an event'),
  );
  const hasStamp = seconds >= 0n && seconds <= MOST_SECONDS && micros < 1_000_000;
  return {
    callbackId,
    event: {
      domain,
      name,
      ...(hasStamp ? { stampedAt: Number(seconds) * 1000 + micros / 1000 } : {}),
      ...(data === undefined ? {} : { data }),
    },
  };
};
