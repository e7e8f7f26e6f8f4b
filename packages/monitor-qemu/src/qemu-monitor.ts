import {
  CLOCK,
  type Clock,
  type GuestMonitor,
  HeraldError,
  inject,
  injectable,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
} from '@nic-herald/core';
import { QEMU_SETTINGS, type QemuSettings } from './qemu-options.js';
import { SocketFinder } from './sockets/socket-finder.js';
import { SocketSession } from './sockets/socket-session.js';

/**
 * Watches the QEMUs of this host over QMP and tells the bus of guests, NICs and migrations. Any number of
 * sockets; trouble with one is a `warning` on the bus and concerns no other.
 */
@injectable()
export class QemuMonitor implements GuestMonitor {
  readonly name = 'qemu';
  private readonly sessions = new Map<string, { session: SocketSession; mark: string }>();
  private readonly finder: SocketFinder;
  private instances = 0;

  constructor(
    @inject(MIGRATION_EVENT_BUS) private readonly bus: MigrationEventBus,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(QEMU_SETTINGS) private readonly settings: QemuSettings,
  ) {
    this.finder = new SocketFinder(settings.sockets, clock, settings.rescanMs, (found) =>
      this.onFound(found),
    );
  }

  /**
   * Resolves when each socket that is there has led to a guest or a warning: after a greeting timeout and some
   * command timeouts at worst. Rejects with HERALD_CANCELLED.
   */
  async start({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const settled = this.finder.start().then(async () => {
      await Promise.all([...this.sessions.values()].map(({ session }) => session.settled));
    });
    let cancel = (): void => undefined;
    const cancelled = new Promise<never>((_, reject) => {
      cancel = () =>
        reject(new HeraldError('HERALD_CANCELLED', 'the start of the QEMU monitor was cancelled'));
    });
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await Promise.race([settled, cancelled]);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    this.finder.close();
    for (const { session } of this.sessions.values()) session.close();
    this.sessions.clear();
  }

  private onFound(found: ReadonlyMap<string, string>): void {
    for (const [path, { session }] of this.sessions) {
      if (found.has(path) || session.connected) continue;
      session.close();
      this.sessions.delete(path);
    }
    for (const [path, mark] of found) {
      const known = this.sessions.get(path);
      if (known?.mark === mark) continue;
      const session = known?.session ?? this.newSession(path);
      this.sessions.set(path, { session, mark });
      session.connectNow();
    }
  }

  private newSession(path: string): SocketSession {
    const { bus, clock, settings } = this;
    const nextInstance = (): string => {
      this.instances += 1;
      return `${path}#${this.instances}`;
    };
    return new SocketSession(path, nextInstance, { bus, clock, settings });
  }
}
