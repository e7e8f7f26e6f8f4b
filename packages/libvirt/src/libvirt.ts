import { type Clock, HeraldError } from '@nic-herald/core';
import { type Domain, readDomain, writeDomain } from './domain.js';
import type { DeviceEvent, LifecycleEvent, MetadataEvent, MonitorEvent } from './domain-events.js';
import {
  DEVICE_ADDED_EVENTS,
  DEVICE_REMOVED_EVENTS,
  LIFECYCLE_EVENTS,
  METADATA_EVENTS,
  MONITOR_EVENTS,
} from './event-kinds.js';
import { type EventListener, EventRelay } from './event-relay.js';
import { connectionEnded, daemonSilent, LIBVIRT_CODES, libvirtCodeOf } from './libvirt-error.js';
import { DEFAULT_LIBVIRT_LIMITS, type LibvirtLimits } from './libvirt-limits.js';
import type { CallOptions } from './rpc/call.js';
import { shakeHands } from './rpc/handshake.js';
import { PROCEDURES, type Procedure } from './rpc/procedures.js';
import { type Connecting, RpcConnection } from './rpc/rpc-connection.js';
import { MOST_STRING_BYTES } from './xdr/most-string-bytes.js';
import type { XdrReader } from './xdr/xdr-reader.js';
import { XdrWriter } from './xdr/xdr-writer.js';

/** How a connection is opened. */
export interface LibvirtOptions {
  /** Opens read-only: listing, XML, state, metadata and lifecycle events, and nothing else. Default: false. */
  readonly readOnly?: boolean;
  /** The driver. Default: `qemu:///system`. */
  readonly uri?: string;
  readonly limits?: Partial<LibvirtLimits>;
  /** Gives the opening up; of no effect once it is open. */
  readonly signal?: AbortSignal;
  /** How the socket is connected to, for tests. */
  readonly connecting?: Connecting;
}

/** What runs at the other end: `9.0.0`, `7.2.22`. */
export interface LibvirtVersion {
  readonly libvirt: string;
  /** QEMU's, as far as the daemon looked already. */
  readonly hypervisor: string;
}

/** How a domain stands: `virDomainState` and its reason (libvirt-domain.h). */
export interface DomainStanding {
  /** See `DOMAIN_STATE`. */
  readonly state: number;
  /** Why, in numbers of that state's own. */
  readonly reason: number;
}

/** How a domain can stand. */
export const DOMAIN_STATE = {
  NO_STATE: 0,
  RUNNING: 1,
  BLOCKED: 2,
  PAUSED: 3,
  SHUTDOWN: 4,
  SHUT_OFF: 5,
  CRASHED: 6,
  PM_SUSPENDED: 7,
} as const;

/** Which of a domain's metadata: of its run, or of the configuration it next starts from. */
export type MetadataScope = 'live' | 'config';

/** One element of a domain's metadata. */
export interface MetadataElement {
  /** Its XML namespace, which names it. */
  readonly uri: string;
  /** The prefix that libvirt puts the namespace under. */
  readonly key: string;
  /** The element, whole; absent: it is removed. */
  readonly xml?: string;
}

/** Longest element of metadata that is set, bytes: of 4 MiB and more, libvirt can no longer tell the domain's XML. */
export const MAX_METADATA_BYTES: number = 1024 * 1024;
/** `REMOTE_DOMAIN_LIST_MAX` (remote_protocol.x). */
const MAX_DOMAINS = 16_384;
/** `VIR_CONNECT_LIST_DOMAINS_ACTIVE`, `VIR_DOMAIN_METADATA_ELEMENT`, `VIR_DOMAIN_AFFECT_*` (libvirt-domain.h). */
const ACTIVE = 1;
const ELEMENT = 2;
const SCOPES: Readonly<Record<MetadataScope, number>> = { live: 1, config: 2 };

const NOTHING = new Uint8Array(0);

/**
 * One connection to libvirt's daemon, from `open` to its end. It never reconnects: see `LibvirtKeeper`.
 *
 * Every call rejects with a HeraldError only: HERALD_LIBVIRT_REFUSED where libvirt says no (`libvirtCodeOf` tells which),
 * HERALD_LIBVIRT_TIMEOUT at its deadline, HERALD_CANCELLED, HERALD_LIBVIRT_BUSY where too many wait,
 * HERALD_LIBVIRT_ARGUMENT, or with what ended the connection. Of one domain one call is in flight at a time.
 */
export class Libvirt {
  /** Resolves once, with why, when the connection has ended, `close` included. Calls under way have been rejected then. */
  readonly ended: Promise<HeraldError>;
  readonly readOnly: boolean;
  private readonly connection: RpcConnection;
  private readonly lifecycle: EventRelay<LifecycleEvent>;
  private readonly metadataChanges: EventRelay<MetadataEvent>;
  private readonly devicesAdded: EventRelay<DeviceEvent>;
  private readonly devicesRemoved: EventRelay<DeviceEvent>;
  private readonly monitor: EventRelay<MonitorEvent>;
  private tellEnded: (reason: HeraldError) => void = () => undefined;

  private constructor(
    /** The path of the daemon's socket. */
    readonly socketPath: string,
    clock: Clock,
    limits: LibvirtLimits,
    options: LibvirtOptions,
  ) {
    this.readOnly = options.readOnly ?? false;
    this.ended = new Promise((resolve) => {
      this.tellEnded = resolve;
    });
    const owner = {
      onMessage: this.onMessage.bind(this),
      onEnd: (reason: HeraldError) => this.tellEnded(reason),
    };
    this.connection = new RpcConnection(socketPath, clock, limits, owner, options.connecting);
    this.lifecycle = new EventRelay(this.connection, LIFECYCLE_EVENTS);
    this.metadataChanges = new EventRelay(this.connection, METADATA_EVENTS);
    this.devicesAdded = new EventRelay(this.connection, DEVICE_ADDED_EVENTS);
    this.devicesRemoved = new EventRelay(this.connection, DEVICE_REMOVED_EVENTS);
    this.monitor = new EventRelay(this.connection, MONITOR_EVENTS);
  }

  /**
   * Connects to the daemon's socket (see `findLocalSocket`) and opens the driver. Rejects with HERALD_LIBVIRT_CONNECT,
   * HERALD_LIBVIRT_AUTH, HERALD_LIBVIRT_SILENT where that took longer than `openTimeoutMs`, HERALD_LIBVIRT_REFUSED,
   * HERALD_LIBVIRT_PROTOCOL, HERALD_LIBVIRT_DISCONNECTED or HERALD_CANCELLED; nothing is left open then.
   */
  static async open(socketPath: string, clock: Clock, options: LibvirtOptions = {}): Promise<Libvirt> {
    const limits: LibvirtLimits = { ...DEFAULT_LIBVIRT_LIMITS, ...options.limits };
    const { signal } = options;
    const cancelled = (): HeraldError =>
      new HeraldError('HERALD_CANCELLED', `opening libvirt at ${socketPath} was cancelled`, {
        details: { socket: socketPath },
      });
    if (signal?.aborted) throw cancelled();
    const libvirt = new Libvirt(socketPath, clock, limits, options);
    const { connection, readOnly } = libvirt;
    const { openTimeoutMs } = limits;
    const onAbort = (): void => connection.end(cancelled());
    signal?.addEventListener('abort', onAbort, { once: true });
    const cancelTimer = clock.setTimer(openTimeoutMs, () =>
      connection.end(daemonSilent(socketPath, `did not open a connection within ${openTimeoutMs} ms`)),
    );
    try {
      await connection.connect();
      const uri = options.uri ?? 'qemu:///system';
      await shakeHands(connection, { uri, readOnly, deadlineMs: openTimeoutMs * 2 }); // the timer above is sooner
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    }
    return libvirt;
  }

  /** Ends the connection. Calls under way reject with HERALD_LIBVIRT_DISCONNECTED, and no event comes any more. */
  close(): void {
    this.connection.close();
    this.tellEnded(connectionEnded(this.socketPath, 'nic-herald closed it'));
  }

  /** The versions of libvirt's daemon and of the hypervisor. Where the daemon has to look at QEMU first, that takes seconds. */
  async version(options?: CallOptions): Promise<LibvirtVersion> {
    const ask = async (procedure: Procedure): Promise<string> => {
      const decode = (reader: XdrReader): bigint => reader.unsignedHyper('version');
      return versionText(await this.connection.call({ procedure, body: NOTHING, decode }, options));
    };
    const [libvirt, hypervisor] = await Promise.all([
      ask(PROCEDURES.libraryVersion),
      ask(PROCEDURES.hypervisorVersion),
    ]);
    return { libvirt, hypervisor };
  }

  /** The domains that run, paused ones and those that wait for their guest among them. At most 16384. */
  domains(options?: CallOptions): Promise<Domain[]> {
    const body = new XdrWriter().int(1).uint(ACTIVE).bytes(); // 1: the list itself, not only its length
    const decode = (reader: XdrReader): Domain[] => {
      const domains = reader.array(MAX_DOMAINS, 'domains', () => readDomain(reader));
      reader.uint('number of domains');
      return domains;
    };
    return this.connection.call({ procedure: PROCEDURES.domains, body, decode }, options);
  }

  /** The domain's XML as it runs. `flags`: `virDomainXMLFlags` (libvirt-domain.h), 0 for the usual. At most 4 MiB. */
  async xml(domain: Domain, flags = 0, options?: CallOptions): Promise<string> {
    const body = this.about(domain).uint(flags);
    return await this.callFor(domain, PROCEDURES.xml, body, (reader) => text(reader, 'domain XML'), options);
  }

  /** How the domain stands. */
  async state(domain: Domain, options?: CallOptions): Promise<DomainStanding> {
    const decode = (reader: XdrReader): DomainStanding => ({
      state: reader.int('domain state'),
      reason: reader.int('reason of a domain state'),
    });
    return await this.callFor(domain, PROCEDURES.state, this.about(domain).uint(0), decode, options);
  }

  /**
   * Sends `command`, a QMP command as JSON text without an id, and resolves with QEMU's whole answer as JSON text, unchecked:
   * `{"return": ...}` or `{"error": ...}`. At most 4 MiB each. libvirt marks the domain as tainted (`custom-monitor`) the first
   * time, and answers only when no other job of the domain is under way: on the destination of a migration, after RESUME.
   */
  async monitorCommand(domain: Domain, command: string, options?: CallOptions): Promise<string> {
    const body = this.about(domain).string(command, MOST_STRING_BYTES, 'a QMP command').uint(0);
    const decode = (reader: XdrReader): string => text(reader, 'answer of the monitor');
    return await this.callFor(domain, PROCEDURES.monitorCommand, body, decode, options);
  }

  /** The element of the domain's metadata that `uri` names, as XML text; `undefined` where there is none. At most 4 MiB. */
  async metadata(
    domain: Domain,
    uri: string,
    options?: CallOptions & { readonly scope?: MetadataScope },
  ): Promise<string | undefined> {
    const body = this.about(domain)
      .int(ELEMENT)
      .optional(uri, (writer, each) => writer.string(each, MOST_STRING_BYTES, 'a metadata URI'))
      .uint(SCOPES[options?.scope ?? 'live']);
    const decode = (reader: XdrReader): string => text(reader, 'metadata');
    try {
      return await this.callFor(domain, PROCEDURES.metadata, body, decode, options);
    } catch (error) {
      if (libvirtCodeOf(error) === LIBVIRT_CODES.NO_DOMAIN_METADATA) return undefined;
      throw error;
    }
  }

  /**
   * Sets or removes an element of the domain's metadata. While the domain is moved it waits, and may fail after seconds.
   * Throws HERALD_LIBVIRT_ARGUMENT at more than `MAX_METADATA_BYTES`.
   */
  async setMetadata(
    domain: Domain,
    { uri, key, xml }: MetadataElement,
    options?: CallOptions & { readonly scope?: MetadataScope },
  ): Promise<void> {
    const body = this.about(domain)
      .int(ELEMENT)
      .optional(xml, (writer, each) => writer.string(each, MAX_METADATA_BYTES, 'metadata'))
      .optional(xml === undefined ? undefined : key, (writer, each) =>
        writer.string(each, MAX_METADATA_BYTES, 'a metadata key'),
      )
      .optional(uri, (writer, each) => writer.string(each, MAX_METADATA_BYTES, 'a metadata URI'))
      .uint(SCOPES[options?.scope ?? 'live']);
    await this.callFor(domain, PROCEDURES.setMetadata, body, () => undefined, options);
  }

  /**
   * Hears what becomes of all domains, from when this resolves on: look at what is there afterwards. Resolves with the way to
   * end that, after which no event comes any more.
   */
  hearLifecycle(listener: EventListener<LifecycleEvent>, options?: CallOptions): Promise<() => void> {
    return this.lifecycle.hear(listener, options);
  }

  /** Hears when metadata of any domain is set or removed, in the same way. */
  hearMetadata(listener: EventListener<MetadataEvent>, options?: CallOptions): Promise<() => void> {
    return this.metadataChanges.hear(listener, options);
  }

  /** Hears when a device of any domain is plugged or unplugged, in the same way. */
  async hearDevices(listener: EventListener<DeviceEvent>, options?: CallOptions): Promise<() => void> {
    const relays = [this.devicesAdded, this.devicesRemoved];
    const stops = await Promise.all(relays.map((relay) => relay.hear(listener, options)));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Hears QEMU's own events of all domains, in the same way. A read-only connection is refused that. */
  hearMonitorEvents(listener: EventListener<MonitorEvent>, options?: CallOptions): Promise<() => void> {
    return this.monitor.hear(listener, options);
  }

  private onMessage(
    { program, procedure }: { program: number; procedure: number },
    reader: XdrReader,
    readAt: number,
  ): void {
    const { monitor, lifecycle, metadataChanges, devicesAdded, devicesRemoved } = this;
    for (const relay of [monitor, lifecycle, metadataChanges, devicesAdded, devicesRemoved]) {
      const { message } = relay.kind;
      if (program === message.program && procedure === message.number) relay.take(reader, readAt);
    }
  }

  private about(domain: Domain): XdrWriter {
    return writeDomain(new XdrWriter(), domain);
  }

  private callFor<T>(
    subject: Domain,
    procedure: Procedure,
    body: XdrWriter,
    decode: (reader: XdrReader) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    return this.connection.call({ procedure, body: body.bytes(), subject, decode }, options);
  }
}

const text = (reader: XdrReader, what: string): string => reader.string(MOST_STRING_BYTES, what);

/** libvirt counts versions as major * 1000000 + minor * 1000 + release. */
const versionText = (version: bigint): string =>
  `${version / 1_000_000n}.${(version / 1000n) % 1000n}.${version % 1000n}`;
