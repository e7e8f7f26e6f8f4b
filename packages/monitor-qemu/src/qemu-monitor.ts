import {
  asHeraldError,
  type CancelTimer,
  CLOCK,
  type Clock,
  GUEST_INTAKE,
  type GuestIntake,
  type GuestMonitor,
  HeraldError,
  inject,
  injectable,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  messageOf,
  type PartState,
  Turns,
} from '@nic-herald/core';
import { unlessAborted, WarningGate } from '@nic-herald/qmp';
import { PeerProcesses } from './process/peer-processes.js';
import { QEMU_SETTINGS, type QemuSettings } from './qemu-options.js';
import { libvirtMonitor, libvirtMonitorAt } from './sockets/libvirt-monitor.js';
import { SocketFinder } from './sockets/socket-finder.js';
import { type SessionSurroundings, SocketSession } from './sockets/socket-session.js';
import { WatchedGuests } from './sockets/watched-guests.js';
import { watchedTwice } from './sockets/watched-twice.js';

/** The longest that a start may take, ms: a host gives it up after 10 s. */
const START_LIMIT_MS = 8000;
/** Hundreds of guests may be there when it starts: so many are asked who they are together, each so long at most, ms. */
const INTRODUCTIONS = { places: 8, holdMs: 100 };

/**
 * Watches the QEMUs of this host over QMP and reports guests, NICs and migrations. Any number of sockets; trouble
 * with one is a `warning` on the bus and concerns no other.
 */
@injectable()
export class QemuMonitor implements GuestMonitor {
  readonly name = 'qemu';
  private readonly around: SessionSurroundings;
  private readonly warnings: WarningGate;
  private readonly sessions = new Set<SocketSession>();
  private readonly finder: SocketFinder;
  private readonly introductions: Turns;
  /** Paths that lead to the socket of another path, of which that was told. */
  private aliases: ReadonlySet<string> = new Set();
  /** Paths that lead to libvirt's own monitors, of which that was told. */
  private libvirts: ReadonlySet<string> = new Set();
  private instances = 0;

  constructor(
    @inject(GUEST_INTAKE) intake: GuestIntake,
    @inject(MIGRATION_EVENT_BUS) private readonly bus: MigrationEventBus,
    @inject(CLOCK) clock: Clock,
    @inject(QEMU_SETTINGS) settings: QemuSettings,
  ) {
    const processes = new PeerProcesses(clock);
    this.around = { intake, bus, clock, settings, processes, guests: new WatchedGuests() };
    this.warnings = new WarningGate(clock);
    this.introductions = new Turns(clock, INTRODUCTIONS);
    this.finder = new SocketFinder(settings.sockets, clock, settings.rescanMs, {
      onFound: (found) => this.onFound(found),
      onFault: (error) => this.onFault(error),
    });
  }

  /**
   * Resolves when each socket that is there has led to a guest or a warning, or after 8 s: what is left then goes on, and a
   * host that is busy must not do without an agent. Rejects with HERALD_CANCELLED.
   */
  async start({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const settled = this.finder.start().then(async () => {
      let cancel: CancelTimer = () => undefined;
      const late = new Promise<void>((resolve) => {
        cancel = this.around.clock.setTimer(START_LIMIT_MS, resolve);
      });
      await Promise.race([Promise.all([...this.sessions].map((session) => session.settled)), late]);
      cancel();
    });
    const cancelled = 'the start of the QEMU monitor was cancelled';
    await unlessAborted(settled, signal, () => new HeraldError('HERALD_CANCELLED', cancelled));
  }

  async close(): Promise<void> {
    this.finder.close();
    for (const session of this.sessions) session.close();
    this.sessions.clear();
  }

  /** Not ready where there are sockets, and at none of them a guest can be watched. */
  state(): PartState {
    const sessions = [...this.sessions].filter(({ over }) => !over);
    const watched = sessions.filter(({ connected }) => connected).length;
    const [problem] = sessions.flatMap((session) => session.problem ?? []);
    if (watched > 0 || problem === undefined) {
      return { ready: true, message: `watches ${watched} of ${sessions.length} QMP sockets` };
    }
    const message = `watches none of ${sessions.length} QMP sockets: ${problem.message}`;
    return { ready: false, code: problem.code, message };
  }

  /**
   * A session per socket: the old one of a path goes on beside the new one while a guest is behind it. None for libvirt's own
   * monitors.
   */
  private onFound(found: ReadonlyMap<string, string>): void {
    for (const session of this.sessions) {
      const mark = found.get(session.socketPath);
      if (mark === undefined && !session.connected) session.close();
      else if (mark !== undefined && mark !== session.mark) session.retire();
      if (session.over) this.sessions.delete(session);
    }
    const aliases = new Set<string>();
    const libvirts = new Set<string>();
    const byMark = new Map([...this.sessions].map((session) => [session.mark, session]));
    for (const [path, mark] of found) {
      const known = byMark.get(mark);
      if (known?.socketPath === path) continue; // it looks itself where the path leads, each time it connects
      const monitor = libvirtMonitorAt(path);
      if (monitor !== undefined) {
        libvirts.add(path);
        if (!this.libvirts.has(path)) this.bus.emit('warning', { warning: libvirtMonitor(path, monitor) });
        continue;
      }
      if (!known) {
        const session = this.newSession(path, mark);
        byMark.set(mark, session);
        this.begin(session);
      } else if (found.get(known.socketPath) === mark) {
        aliases.add(path);
        if (!this.aliases.has(path)) {
          this.bus.emit('warning', { warning: watchedTwice(path, known.socketPath) });
        }
      }
    }
    this.aliases = aliases;
    this.libvirts = libvirts;
  }

  private begin(session: SocketSession): void {
    void this.introductions.run(() => {
      session.connectNow();
      return session.settled;
    });
  }

  private newSession(path: string, mark: string): SocketSession {
    const nextInstance = (): string => {
      this.instances += 1;
      return `${path}#${this.instances}`;
    };
    const session = new SocketSession(path, mark, nextInstance, this.around);
    this.sessions.add(session);
    return session;
  }

  private onFault(error: unknown): void {
    const warning = asHeraldError(
      error,
      'HERALD_MONITOR_FAULT',
      `looking for QMP sockets failed unforeseen, and goes on: ${messageOf(error)}; please report it`,
    );
    if (this.warnings.opens(warning.code)) this.bus.emit('warning', { warning });
  }
}
