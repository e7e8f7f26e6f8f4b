import { asHeraldError, type CancelTimer, type Clock, type HeraldError, messageOf } from '@nic-herald/core';
import { Libvirt, type LibvirtOptions } from './libvirt.js';

/** Whoever a connection is kept for. None of these may throw. */
export interface LibvirtKeeperOwner {
  /** The daemon is there. What was registered at an earlier connection has to be registered anew. */
  onConnected(libvirt: Libvirt): void;
  /** The connection that was told of last has ended; it is looked for again. */
  onLost(reason: HeraldError): void;
  /** The daemon cannot be reached; told once, and again where the trouble is another one. It is looked for all the time. */
  onUnreachable(problem: HeraldError): void;
}

/** How a connection is kept. */
export interface LibvirtKeeperSettings extends Omit<LibvirtOptions, 'signal'> {
  /** Where the daemon's socket is, asked before each attempt; may throw. Usually `findLocalSocket`, or a path. */
  readonly findSocket: () => string;
  /** The first pause between attempts, ms. Default: 100. Each is twice the one before, up to `mostPauseMs`. */
  readonly firstPauseMs?: number;
  /** The longest pause, ms: a daemon that answers again is found within it. Default: 500. */
  readonly mostPauseMs?: number;
}

/** A connection that ended sooner, ms, was none: the pauses go on growing. */
const STOOD_MS = 5000;

/**
 * Keeps one connection to the daemon: opens it, tells of it, and opens another when it ends, until it is closed. An attempt
 * takes at most `openTimeoutMs`, so a daemon that accepts and never answers is given up and tried again.
 */
export class LibvirtKeeper {
  private readonly abort = new AbortController();
  private cancelTimer: CancelTimer = () => undefined;
  private libvirt: Libvirt | undefined;
  private pauseMs: number;
  private told: string | undefined;
  private isStarted = false;

  constructor(
    private readonly clock: Clock,
    private readonly settings: LibvirtKeeperSettings,
    private readonly owner: LibvirtKeeperOwner,
  ) {
    this.pauseMs = this.firstPauseMs;
  }

  /** The connection that stands now. */
  get current(): Libvirt | undefined {
    return this.libvirt;
  }

  /** Makes the first attempt at once. A second start does nothing. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    void this.attempt();
  }

  /** Closes the connection and looks for none any more. The owner hears nothing of it, nor of anything after. */
  close(): void {
    this.abort.abort();
    this.cancelTimer();
    this.libvirt?.close();
    this.libvirt = undefined;
  }

  private get firstPauseMs(): number {
    return this.settings.firstPauseMs ?? 100;
  }

  private isClosed(): boolean {
    return this.abort.signal.aborted;
  }

  private async attempt(): Promise<void> {
    let libvirt: Libvirt;
    try {
      const { findSocket, ...options } = this.settings;
      libvirt = await Libvirt.open(findSocket(), this.clock, { ...options, signal: this.abort.signal });
    } catch (error) {
      if (!this.isClosed()) this.tellUnreachable(error);
      this.again();
      return;
    }
    if (this.isClosed()) {
      libvirt.close();
      return;
    }
    this.told = undefined;
    this.libvirt = libvirt;
    const since = this.clock.elapsed();
    this.owner.onConnected(libvirt);
    const reason = await libvirt.ended;
    if (this.isClosed()) return;
    this.libvirt = undefined;
    if (this.clock.elapsed() - since >= STOOD_MS) this.pauseMs = this.firstPauseMs;
    this.owner.onLost(reason);
    this.again();
  }

  private tellUnreachable(thrown: unknown): void {
    const problem = asHeraldError(thrown, 'HERALD_LIBVIRT_NO_SOCKET', messageOf(thrown));
    if (problem.message === this.told) return;
    this.told = problem.message;
    this.owner.onUnreachable(problem);
  }

  private again(): void {
    if (this.isClosed()) return;
    const { pauseMs } = this;
    this.pauseMs = Math.min(pauseMs * 2, this.settings.mostPauseMs ?? 500);
    this.cancelTimer = this.clock.setTimer(pauseMs, () => void this.attempt());
  }
}
