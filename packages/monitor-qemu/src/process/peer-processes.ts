import type { CancelTimer, Clock, ProcessIncarnation } from '@nic-herald/core';
import { commandLine, peerOf, processIncarnation } from '@nic-herald/linux-sys';
import { isQemuCommandLine, isStartedToWait, pause } from '@nic-herald/qmp';

/** The process at the other end of a QMP socket. */
export interface PeerProcess {
  readonly incarnation: ProcessIncarnation;
  /** ms since 1970 UTC. */
  readonly startedAt: number;
  /** It is the QEMU itself; false where another listens there, `undefined` where that cannot be told, or not yet. */
  readonly isQemu: boolean | undefined;
  /** It was started to wait for a guest; `undefined` where that cannot be told. */
  readonly startedToWait: boolean | undefined;
}

/** What is asked of the system. */
export interface ProcessSystem {
  readonly peerOf: typeof peerOf;
  readonly processIncarnation: typeof processIncarnation;
  readonly commandLine: typeof commandLine;
}

/**
 * Longest wait for a command line, ms. Reading one takes some 0.1 ms, but waits while its process changes its memory
 * map, or where this host is busy; and a guest is not reported before. Without it none of its ports can be proved.
 */
const LIMIT_MS = 2000;
/** What was not told in time is asked for again so often, after pauses from so long on, ms, each twice as long. */
const MOST_TRIES = 10;
const FIRST_PAUSE_MS = 500;
const MOST_PAUSE_MS = 30_000;
const LINUX: ProcessSystem = { peerOf, processIncarnation, commandLine };

/**
 * Finds the processes behind sockets. Not needed to watch a guest: where the system does not tell (another system
 * than Linux, another PID namespace, a hidden /proc, no native calls), there is none, without a word.
 */
export class PeerProcesses {
  private available = true;

  constructor(
    private readonly clock: Clock,
    private readonly system: ProcessSystem = LINUX,
  ) {}

  /**
   * The process at the other end of a connected unix socket, by its file descriptor, as far as that is known soon. Never
   * rejects.
   */
  async behind(fd: number | undefined): Promise<PeerProcess | undefined> {
    const pid = this.pidOf(fd);
    if (pid === undefined) return undefined;
    let cancel: CancelTimer = () => undefined;
    const late = new Promise<undefined>((resolve) => {
      cancel = this.clock.setTimer(LIMIT_MS, () => resolve(undefined));
    });
    const line = Promise.race([this.system.commandLine(pid), late]);
    const peer = await this.look(pid, line);
    cancel();
    return peer;
  }

  /** The same for one of which it could not be told soon whether it is QEMU: waits, and asks again. Never rejects. */
  async behindAtLast(fd: number | undefined, signal: AbortSignal): Promise<PeerProcess | undefined> {
    const pid = this.pidOf(fd);
    let pauseMs = FIRST_PAUSE_MS;
    for (let tries = 1; pid !== undefined && !signal.aborted; tries += 1) {
      const peer = await this.look(pid, this.system.commandLine(pid));
      if (peer?.isQemu !== undefined || tries === MOST_TRIES) return peer;
      await pause(this.clock, pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS);
    }
    return undefined;
  }

  private async look(
    pid: number,
    line: Promise<readonly string[] | undefined>,
  ): Promise<PeerProcess | undefined> {
    const [found, args] = await Promise.all([this.system.processIncarnation(pid), line]);
    if (found === undefined) return undefined;
    const { startedAt, ...incarnation } = found;
    const isQemu = args && isQemuCommandLine(args);
    const waits = args !== undefined && isStartedToWait(args);
    return { incarnation, startedAt, isQemu, startedToWait: isQemu || waits ? waits : undefined };
  }

  private pidOf(fd: number | undefined): number | undefined {
    if (fd === undefined || !this.available) return undefined;
    try {
      return this.system.peerOf(fd)?.pid;
    } catch (error) {
      // native calls that are not there will not come; any other trouble is this socket's
      if ((error as { code?: unknown }).code === 'HERALD_NATIVE_UNAVAILABLE') this.available = false;
      return undefined;
    }
  }
}
