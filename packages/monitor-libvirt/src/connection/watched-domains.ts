import {
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

/** Events after which a domain does not run any more. */
const ENDS: readonly number[] = [LIFECYCLE.STOPPED, LIFECYCLE.CRASHED];

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
    await libvirt.hearDevices(({ domain }) => this.sessions.get(domain.uuid)?.nicsChanged());
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
    const { domain } = event;
    const known = this.sessions.get(domain.uuid);
    // what a run of before still has to say is no news of the run of now
    if (known !== undefined && known.domain.id !== domain.id && domain.id < known.domain.id) return;
    this.of(domain)?.tell?.(event, readAt);
  }

  private onLifecycle(event: LifecycleEvent, readAt: number): void {
    const { domain } = event;
    if (ENDS.includes(event.event)) {
      const ended = this.sessions.get(domain.uuid);
      if (ended === undefined) return;
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
    known?.end();
    const session = this.watch(domain);
    this.sessions.set(domain.uuid, session);
    return session;
  }
}
