import { type CancelTimer, type HeraldError, isHeraldError } from '@nic-herald/core';
import { GuestWatch, type WatchSurroundings } from '../guest/guest-watch.js';
import { QmpConnection } from '../transport/qmp-connection.js';
import { DEFAULT_QMP_LIMITS } from '../transport/qmp-limits.js';
import type { QmpEvent } from '../transport/qmp-message.js';

/**
 * One socket path for as long as it exists: connects, watches the guest behind it, and connects again when
 * that ends. Each connection is a new guest instance.
 */
export class SocketSession {
  /** Resolves once the first attempt has come to something: a guest told of, or a warning. Never rejects. */
  readonly settled: Promise<void>;
  private readonly settle: () => void;
  private connection: QmpConnection | undefined;
  private watch: GuestWatch | undefined;
  private cancelRetry: CancelTimer | undefined;
  private pauseMs: number;
  private connectedAt: number | undefined;
  private warned: string | undefined;

  constructor(
    private readonly socketPath: string,
    private readonly nextInstance: () => string,
    private readonly around: WatchSurroundings,
  ) {
    this.pauseMs = around.settings.reconnectMs.first;
    let settle = (): void => undefined;
    this.settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.settle = settle;
  }

  /** Connects now, unless it is connected or about to be. Another QEMU may have taken over the path. */
  connectNow(): void {
    if (this.connection) return;
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    const { clock, settings } = this.around;
    const connection = new QmpConnection(
      this.socketPath,
      clock,
      { ...DEFAULT_QMP_LIMITS, ...settings },
      {
        onReady: () => this.onReady(connection),
        onEvent: (event: QmpEvent, readAt: number) => this.watch?.onEvent(event, readAt),
        onProblem: (problem) => {
          this.warn(problem);
          if (problem.code === 'HERALD_QMP_SILENT') this.settle();
        },
        onEnd: (reason) => this.onEnd(reason),
      },
    );
    this.connection = connection;
    connection.open();
  }

  /** The socket's file is gone, or nic-herald ends. Says nothing on the bus. */
  close(): void {
    this.cancelRetry?.();
    this.connection?.close();
    this.watch?.close();
    this.settle();
  }

  /** Whether a guest may still be behind it: a connection outlives the file of its socket. */
  get connected(): boolean {
    return this.watch !== undefined;
  }

  private onReady(connection: QmpConnection): void {
    this.connectedAt = this.around.clock.now();
    const watch = new GuestWatch(this.nextInstance(), connection, this.around);
    this.watch = watch;
    watch.introduce().then(
      () => {
        if (this.watch === watch) this.warned = undefined;
        this.settle();
      },
      (error: unknown) => {
        if (this.watch !== watch || !isHeraldError(error)) return;
        connection.close();
        this.onEnd(error);
      },
    );
  }

  private onEnd(reason: HeraldError): void {
    const { clock, settings } = this.around;
    const watched = this.watch;
    this.connection = undefined;
    this.watch = undefined;
    // a guest that ends is told of as gone, and a file that is gone will be missed by the finder
    const expected = watched?.appeared === true && reason.code === 'HERALD_QMP_DISCONNECTED';
    watched?.end();
    const { errno } = reason.details;
    if (!expected && errno !== 'ENOENT') this.warn(reason);
    const lasted = clock.now() - (this.connectedAt ?? clock.now());
    this.connectedAt = undefined;
    if (lasted >= settings.reconnectMs.longest) this.pauseMs = settings.reconnectMs.first;
    this.cancelRetry = clock.setTimer(this.pauseMs, () => this.connectNow());
    this.pauseMs = Math.min(this.pauseMs * 2, settings.reconnectMs.longest);
    this.settle();
  }

  /** Tells of one kind of trouble once, until a guest is there again. */
  private warn(warning: HeraldError): void {
    if (warning.code !== this.warned) this.around.bus.emit('warning', { warning });
    this.warned = warning.code;
  }
}
