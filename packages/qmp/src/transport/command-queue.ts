import { setMaxListeners } from 'node:events';
import { type CancelTimer, type Clock, HeraldError } from '@nic-herald/core';
import type { QmpLimits } from './qmp-limits.js';
import type { CommandOptions } from './qmp-transport.js';

/** How one command may end early, and who must know of its reply first. */
export interface QueuedCommandOptions extends CommandOptions {
  /**
   * Called when the reply is read, before any later line is looked at. The promise settles after the rest of
   * the chunk, so what must keep its place among the events belongs here.
   */
  readonly onReply?: () => void;
}

interface Command extends QueuedCommandOptions {
  readonly id: number;
  readonly name: string;
  readonly line: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HeraldError) => void;
  cleanUp: () => void;
}

/**
 * Numbers commands, keeps few of them in flight and hands each reply to the one that asked. A command given
 * up keeps its place in flight until QEMU answers, so a QEMU that hangs is not sent ever more.
 */
export class CommandQueue {
  private readonly waiting: Command[] = [];
  private readonly inFlight = new Map<number, Command | undefined>();
  private lastId = 0;
  private closed: HeraldError | undefined;

  constructor(
    private readonly socketPath: string,
    private readonly clock: Clock,
    private readonly limits: QmpLimits,
    private readonly write: (line: string) => void,
  ) {}

  /** Sends a command when its turn comes. Rejects with a HeraldError only. */
  execute(name: string, args: object | undefined, options: QueuedCommandOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.closed);
      if (options.signal?.aborted) return reject(this.error('HERALD_CANCELLED', name, 'was cancelled'));
      if (this.waiting.length >= this.limits.maxQueued) {
        return reject(
          this.error('HERALD_QMP_BUSY', name, `found ${this.waiting.length} commands waiting before it`),
        );
      }
      this.lastId += 1;
      const id = this.lastId;
      const line = `${JSON.stringify({ execute: name, ...(args ? { arguments: args } : {}), id })}\n`;
      const command: Command = { ...options, id, name, line, resolve, reject, cleanUp: () => undefined };
      command.cleanUp = this.watch(command);
      this.waiting.push(command);
      this.pump();
    });
  }

  /** Takes a reply. False where nobody waits for that id. */
  reply(id: number, settle: (command: { name: string }) => { value: unknown } | HeraldError): boolean {
    if (!this.inFlight.has(id)) return false;
    const command = this.inFlight.get(id);
    this.inFlight.delete(id);
    if (command) {
      command.cleanUp();
      const outcome = settle(command);
      if (outcome instanceof HeraldError) command.reject(outcome);
      else {
        command.onReply?.();
        command.resolve(outcome.value);
      }
    }
    this.pump();
    return true;
  }

  /** Rejects everything, now and from now on. */
  close(reason: HeraldError): void {
    this.closed = reason;
    const commands = [...this.inFlight.values(), ...this.waiting.splice(0)];
    this.inFlight.clear();
    for (const command of commands) {
      command?.cleanUp();
      command?.reject(reason);
    }
  }

  private pump(): void {
    while (this.inFlight.size < this.limits.maxInFlight) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.inFlight.set(next.id, next);
      this.write(next.line);
    }
  }

  /** Gives the command up at its timeout or its signal; returns the way to stop watching. */
  private watch(command: Command): () => void {
    const { commandTimeoutMs } = this.limits;
    const giveUp = (error: HeraldError): void => {
      command.cleanUp();
      const index = this.waiting.indexOf(command);
      if (index !== -1) this.waiting.splice(index, 1);
      else this.inFlight.set(command.id, undefined);
      command.reject(error);
    };
    const onAbort = (): void => giveUp(this.error('HERALD_CANCELLED', command.name, 'was cancelled'));
    const cancelTimer: CancelTimer = this.clock.setTimer(commandTimeoutMs, () =>
      giveUp(
        this.error(
          'HERALD_QMP_TIMEOUT',
          command.name,
          `had no answer after ${commandTimeoutMs} ms; QEMU hangs or is stopped`,
        ),
      ),
    );
    if (command.signal) setMaxListeners(0, command.signal); // one signal may well end many commands
    command.signal?.addEventListener('abort', onAbort, { once: true });
    return () => {
      cancelTimer();
      command.signal?.removeEventListener('abort', onAbort);
    };
  }

  private error(
    code: 'HERALD_CANCELLED' | 'HERALD_QMP_BUSY' | 'HERALD_QMP_TIMEOUT',
    command: string,
    what: string,
  ): HeraldError {
    return new HeraldError(code, `QMP command ${command} on ${this.socketPath} ${what}`, {
      details: { command, socket: this.socketPath },
    });
  }
}
