import { asHeraldError, type CancelTimer, type HeraldError, messageOf } from '@nic-herald/core';
import {
  DEFAULT_QMP_LIMITS,
  type GuestStanding,
  GuestWatch,
  type QemuProcess,
  QmpConnection,
  WarningGate,
  type WatchSurroundings,
} from '@nic-herald/qmp';
import type { PeerProcess, PeerProcesses } from '../process/peer-processes.js';
import type { QemuSettings } from '../qemu-options.js';
import { libvirtMonitorAt } from './libvirt-monitor.js';
import { socketMark } from './socket-mark.js';
import type { Claim, WatchedGuests } from './watched-guests.js';
import { watchedTwice } from './watched-twice.js';

/** What a session needs of its surroundings. */
export interface SessionSurroundings extends WatchSurroundings {
  readonly settings: QemuSettings;
  readonly processes: PeerProcesses;
  readonly guests: WatchedGuests;
}

/** Errors of a socket without a listener: a QEMU that has ended leaves its file behind. */
const NOBODY_THERE: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED']);

type WatchedElsewhere = Extract<Claim, { readonly heldBy: unknown }>;

/**
 * One socket for as long as it exists: connects, watches the guest behind it, and connects again when that ends. Each
 * connection is a new guest instance. Another socket under the same path is another session's.
 */
export class SocketSession {
  /** Resolves once the first attempt has come to something: a guest reported, or a warning. Never rejects. */
  readonly settled: Promise<void>;
  private readonly settle: () => void;
  private readonly warnings: WarningGate;
  private connection: QmpConnection | undefined;
  private watch: GuestWatch | undefined;
  /** Lets go of the guest that is watched, for another session to have. */
  private release: () => void = () => undefined;
  private cancelRetry: CancelTimer | undefined;
  private pauseMs: number;
  private connectedAt: number | undefined;
  private lastProblem: HeraldError | undefined;
  private state: 'reconnects' | 'retired' | 'over' = 'reconnects';

  /** `mark`: see `socketMark`. */
  constructor(
    readonly socketPath: string,
    readonly mark: string,
    private readonly nextInstance: () => string,
    private readonly around: SessionSurroundings,
  ) {
    this.warnings = new WarningGate(around.clock);
    this.pauseMs = around.settings.reconnectMs.first;
    let settle = (): void => undefined;
    this.settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.settle = settle;
  }

  /**
   * Connects now, unless it is connected or about to be, or is not to connect any more. Never to libvirt's own monitor: a
   * path that leads there by now is not this session's any more, and the finder tells of it.
   */
  connectNow(): void {
    if (this.connection || this.state !== 'reconnects') return;
    if (libvirtMonitorAt(this.socketPath) !== undefined) {
      this.close();
      return;
    }
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    const { clock, settings } = this.around;
    const connection = new QmpConnection(
      this.socketPath,
      clock,
      { ...DEFAULT_QMP_LIMITS, ...settings },
      {
        onReady: () => this.onReady(connection),
        onProblem: (problem) => {
          this.lastProblem = problem;
          this.warn(problem);
          if (problem.code === 'HERALD_QMP_SILENT') this.settle();
        },
        onEnd: (reason) => this.onEnd(reason),
      },
    );
    this.connection = connection;
    connection.open();
    this.confirm();
  }

  /** Another socket is in its place: goes on until the connection that it has ends. */
  retire(): void {
    if (this.state === 'reconnects') this.state = 'retired';
    if (!this.connection) this.close();
  }

  /** The socket's file is gone, or nic-herald ends. Says nothing. */
  close(): void {
    this.state = 'over';
    this.cancelRetry?.();
    this.connection?.close();
    this.connection = undefined;
    this.letGo();
    this.settle();
  }

  /** Whether a guest may still be behind it: a connection outlives the file of its socket. */
  get connected(): boolean {
    return this.watch !== undefined;
  }

  /** Why no guest can be watched there, by the last attempt; absent where nothing listens there, or all is well. */
  get problem(): HeraldError | undefined {
    return this.connected ? undefined : this.lastProblem;
  }

  /** Nothing more will come of it. */
  get over(): boolean {
    return this.state === 'over';
  }

  /**
   * Makes sure that what was connected to is this session's socket: a QEMU that starts anew puts another in its place
   * at any time, and that is for the session that the finder makes for it.
   */
  private confirm(): void {
    const mark = socketMark(this.socketPath, false);
    const replaced = mark !== undefined && mark !== this.mark;
    if (replaced) this.close();
  }

  private onReady(connection: QmpConnection): void {
    this.connectedAt = this.around.clock.elapsed();
    const { processes, guests } = this.around;
    const watch = new GuestWatch(this.nextInstance(), connection, this.around);
    this.watch = watch;
    let elsewhere: WatchedElsewhere | undefined;
    let peer: PeerProcess | undefined;
    const process = processes.behind(connection.fd).then((found) => {
      peer = found;
      return found && asQemuProcess(found);
    });
    const mayReport = (standing: () => GuestStanding): boolean => {
      if (peer === undefined) return true;
      const claimed = { socketPath: this.socketPath, process: peer };
      const claim = guests.claim(() => ({ ...claimed, ...standing() }));
      if ('release' in claim) this.release = claim.release;
      else elsewhere = claim;
      return elsewhere === undefined;
    };
    watch
      .introduce({
        process,
        processLater: async (signal) => {
          const found = await processes.behindAtLast(connection.fd, signal);
          return found && asQemuProcess(found);
        },
        mayReport,
      })
      .then(() => {
        if (this.watch !== watch) return;
        if (elsewhere) this.giveWay(connection, elsewhere);
        else this.warnings.well();
        this.settle();
      })
      .catch((error: unknown) => {
        if (this.watch !== watch) return;
        connection.close();
        this.onEnd(this.asIntroductionFault(error));
      });
  }

  /** The guest is watched by another socket: this one is tried again when that ends. */
  private giveWay(connection: QmpConnection, { heldBy, whenFree }: WatchedElsewhere): void {
    connection.close();
    this.letGo();
    this.connection = undefined;
    this.connectedAt = undefined;
    this.lastProblem = undefined;
    if (this.state === 'retired') {
      this.close();
      return;
    }
    this.warn(watchedTwice(this.socketPath, heldBy.socketPath, heldBy.process.incarnation.pid));
    whenFree(() => this.connectNow());
  }

  /** Ends the watch without a word. */
  private letGo(): void {
    this.watch?.close();
    this.watch = undefined;
    this.release();
  }

  private onEnd(reason: HeraldError): void {
    const { clock, settings } = this.around;
    const watched = this.watch;
    this.connection = undefined;
    this.watch = undefined;
    // a guest that ends is told of as gone, and a file that is gone will be missed by the finder
    const expected = watched?.appeared === true && reason.code === 'HERALD_QMP_DISCONNECTED';
    watched?.end();
    this.release();
    const { errno } = reason.details;
    this.lastProblem = expected || NOBODY_THERE.has(errno) ? undefined : reason;
    if (!expected && errno !== 'ENOENT') this.warn(reason);
    const lasted = this.connectedAt === undefined ? 0 : clock.elapsed() - this.connectedAt;
    this.connectedAt = undefined;
    if (this.state !== 'reconnects') {
      this.close();
      return;
    }
    if (lasted >= settings.reconnectMs.longest) this.pauseMs = settings.reconnectMs.first;
    this.cancelRetry = clock.setTimer(this.pauseMs, () => this.connectNow());
    this.pauseMs = Math.min(this.pauseMs * 2, settings.reconnectMs.longest);
    this.settle();
  }

  private asIntroductionFault(error: unknown): HeraldError {
    return asHeraldError(
      error,
      'HERALD_MONITOR_FAULT',
      `the guest at ${this.socketPath} could not be introduced: ${messageOf(error)}; it is tried again, please report it`,
      { socket: this.socketPath },
    );
  }

  /** Tells of one kind of trouble once in a while, until a guest is there again. */
  private warn(warning: HeraldError): void {
    if (this.warnings.opens(warning.code)) this.around.bus.emit('warning', { warning });
  }
}

/** A program that stands between serves a guest for as long as it does: its own start says nothing of that. */
const asQemuProcess = ({ incarnation, startedAt, isQemu, startedToWait }: PeerProcess): QemuProcess => ({
  incarnation,
  isQemu,
  startedAt: isQemu ? startedAt : undefined,
  startedToWait,
});
