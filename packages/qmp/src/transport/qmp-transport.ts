/** An event as QEMU sent it. `data` is unchecked. */
export interface QmpEvent {
  readonly name: string;
  readonly data: unknown;
  /** QEMU's stamp, ms since 1970 UTC with a fraction; absent where QEMU had no clock. */
  readonly stampedAt?: number;
}

/** Gets an event. `readAt`: when it was read, ms since 1970 UTC with a fraction. It must not throw. */
export type QmpEventListener = (event: QmpEvent, readAt: number) => void;

/** How one command may end early. */
export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A way to one QEMU: a socket, or another program that passes commands on and tells what QEMU says. Whoever opened it
 * sees to its end, and ends the watch that uses it.
 *
 * No order is assumed between replies and events, nor among the events or among the replies: they may come by different
 * ways, and an event may come twice. What order there was, QEMU's stamps tell.
 */
export interface QmpTransport {
  /** Where QEMU is reached, for messages: a socket path, or a name that its host knows it by. */
  readonly address: string;
  /**
   * Sends a command and resolves with what QEMU returned, unchecked. Bounds how long that takes and how much waits.
   * Rejects with a HeraldError only: HERALD_QMP_COMMAND (see `qmpCommandError`) where QEMU refused it,
   * HERALD_CANCELLED, HERALD_QMP_TIMEOUT, HERALD_QMP_BUSY, HERALD_QMP_DISCONNECTED.
   */
  execute(command: string, args?: object, options?: CommandOptions): Promise<unknown>;
  /** Calls `listener` with each event from now on, synchronously as it is read. Returns the way to end that. */
  onEvent(listener: QmpEventListener): () => void;
}
