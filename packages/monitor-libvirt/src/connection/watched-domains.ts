import {
  type DeviceEvent,
  type Domain,
  LIFECYCLE,
  type Libvirt,
  type LifecycleEvent,
  type MonitorEvent,
} from '@nic-herald/libvirt';

/** One run of one domain, as it is watched. */
export interface WatchedDomain {
  readonly domain: Domain;
  /** Resolves once it was looked at for the first time. Never rejects. */
  readonly settled: Promise<void>;
  /** QEMU told of an event. */
  tell?(event: MonitorEvent, readAt: number): void;
  /** libvirt told what became of it. */
  hear?(event: LifecycleEvent, readAt: number): void;
  nicsChanged(): void;
  /** It is gone, or libvirt is. */
  end(): void;
  /** Ends without a word. */
  close(): void;
}

/** The domains of one connection to libvirt, as long as it lasts. Domains that come later are watched as they are told of. */
export class WatchedDomains {
  private readonly sessions = new Map<string, WatchedDomain>();
  private isOver = false;

  constructor(
    private readonly libvirt: Libvirt,
    private readonly watch: (domain: Domain) => WatchedDomain,
  ) {}

  /**
   * Hears what happens from now on, then looks at what is there: nothing is missed between. Resolves once every domain that
   * is there was looked at. Rejects where libvirt refuses, and with what ended the connection.
   */
  async begin(): Promise<void> {
    const { libvirt } = this;
    if (!libvirt.readOnly) await libvirt.hearMonitorEvents((event, readAt) => this.onMonitor(event, readAt));
    await libvirt.hearDevices((event) => this.onDevice(event));
    await libvirt.hearLifecycle((event, readAt) => this.onLifecycle(event, readAt));
    for (const domain of await libvirt.domains()) this.of(domain);
    await Promise.all([...this.sessions.values()].map(({ settled }) => settled));
  }

  /** The connection is over: none of them can be seen any more. */
  end(): void {
    this.isOver = true;
    for (const session of this.sessions.values()) session.end();
    this.sessions.clear();
  }

  /** Ends without a word. */
  close(): void {
    this.isOver = true;
    for (const session of this.sessions.values()) session.close();
    this.sessions.clear();
  }

  /** A RESUME is with the host before anything else is done. */
  private onMonitor(event: MonitorEvent, readAt: number): void {
    this.of(event.domain)?.tell?.(event, readAt);
  }

  /** QEMU itself does not tell of a device that comes. */
  private onDevice({ domain }: DeviceEvent): void {
    const known = this.sessions.get(domain.uuid);
    if (known?.domain.id === domain.id) known.nicsChanged();
  }

  private onLifecycle(event: LifecycleEvent, readAt: number): void {
    const { domain } = event;
    // one that crashed may run on, be kept or be started anew; where it ends, that is told besides
    if (event.event === LIFECYCLE.STOPPED) {
      const ended = this.sessions.get(domain.uuid);
      if (ended === undefined || isBefore(domain, ended.domain)) return;
      this.sessions.delete(domain.uuid);
      ended.hear?.(event, readAt);
      ended.end();
      return;
    }
    if (domain.id < 0) return; // defined, undefined: it does not run
    this.of(domain)?.hear?.(event, readAt);
  }

  /** The session of a domain's run, begun where it is new. */
  private of(domain: Domain): WatchedDomain | undefined {
    if (this.isOver) return undefined;
    const known = this.sessions.get(domain.uuid);
    if (known?.domain.id === domain.id) return known;
    if (domain.id < 0) return known;
    if (known !== undefined && isBefore(domain, known.domain)) return undefined; // no news of the run of now
    known?.end();
    const session = this.watch(domain);
    this.sessions.set(domain.uuid, session);
    return session;
  }
}

/** Whether that is an earlier run: libvirt numbers them as they begin. A domain that has ended has no number any more. */
const isBefore = ({ id }: Domain, known: Domain): boolean => id >= 0 && id < known.id;
