import { connect, type Socket } from 'node:net';
import { type CancelTimer, type Clock, HeraldError, MAX_SOCKET_PATH_BYTES } from '@nic-herald/core';
import { WarningGate } from '../warning-gate.js';
import { CommandQueue, type QueuedCommandOptions } from './command-queue.js';
import { FairReading } from './fair-reading.js';
import { LineSplitter } from './line-splitter.js';
import { qmpCommandError } from './qmp-command-error.js';
import type { QmpLimits } from './qmp-limits.js';
import { MAX_QMP_DEPTH, parseQmpMessage, type QmpMessage } from './qmp-message.js';
import type { CommandOptions, QmpEventListener, QmpTransport } from './qmp-transport.js';

/** Whoever a connection belongs to. Called synchronously, as the stream is read. */
export interface QmpConnectionOwner {
  /** Greeting and `qmp_capabilities` are done: commands may be sent, events come. */
  onReady(): void;
  /** Something is odd and the connection goes on; each kind once in a while. */
  onProblem(problem: HeraldError): void;
  /** The connection is over; always called once, whether or not it was ever ready. Not after `close`. */
  onEnd(reason: HeraldError): void;
}

type ConnectionState = 'unanswered' | 'greeted' | 'ended';

const MAX_SAMPLE = 80;

/**
 * One connection to one QMP socket, from connect to end. It never reconnects; what the peer sends is bounded
 * and checked, and no line of it can do more than end the connection.
 */
export class QmpConnection implements QmpTransport {
  private readonly reading: FairReading;
  private readonly queue: CommandQueue;
  private readonly warnings: WarningGate;
  private readonly listeners = new Set<QmpEventListener>();
  private socket: Socket | undefined;
  private cancelGreeting: CancelTimer = () => undefined;
  private state: ConnectionState = 'unanswered';
  private unsaid = '';

  constructor(
    readonly socketPath: string,
    private readonly clock: Clock,
    private readonly limits: QmpLimits,
    private readonly owner: QmpConnectionOwner,
  ) {
    this.warnings = new WarningGate(clock);
    const splitter = new LineSplitter(limits.maxLineBytes);
    this.reading = new FairReading(clock, {
      split: (bytes) => splitter.push(bytes),
      take: (line, readAt) => {
        this.take(line, readAt);
        return this.state !== 'ended';
      },
      pause: () => this.socket?.pause(),
      resume: () => this.socket?.resume(),
      onFault: (error) => this.endUnreadable(error),
    });
    this.queue = new CommandQueue(socketPath, clock, limits, (line) => this.say(line));
  }

  /** Connects. What comes of it is told to the owner, never from within this call. */
  open(): void {
    if (Buffer.byteLength(this.socketPath) > MAX_SOCKET_PATH_BYTES) {
      const problem = `the path is longer than the ${MAX_SOCKET_PATH_BYTES} bytes a Unix socket can have`;
      queueMicrotask(() => this.end(this.connectError(problem)));
      return;
    }
    const socket = connect({ path: this.socketPath });
    this.socket = socket;
    socket.on('connect', () => {
      this.cancelGreeting = this.clock.setTimer(this.limits.greetingTimeoutMs, () => this.tellSilent());
    });
    socket.on('data', (chunk: Uint8Array) => this.reading.push(chunk));
    socket.on('error', (error) => this.end(this.connectError(error.message, error)));
    socket.on('close', () => this.end(this.disconnected('QEMU closed it: the guest is gone, or QEMU is')));
  }

  get address(): string {
    return this.socketPath;
  }

  onEvent(listener: QmpEventListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Sends a command; see `CommandQueue`. The reply is unchecked. */
  execute(name: string, args?: object, options?: CommandOptions): Promise<unknown> {
    return this.queue.execute(name, args, options);
  }

  /**
   * The file descriptor of the socket, for asking the system who is at the other end; `undefined` where it is not
   * connected. Node has it on the handle below the socket, and nowhere that is documented.
   */
  get fd(): number | undefined {
    const handle = (this.socket as { readonly _handle?: { readonly fd?: number } | null } | undefined)
      ?._handle;
    const fd = handle?.fd;
    return typeof fd === 'number' && fd >= 0 ? fd : undefined;
  }

  /** Ends the connection without a word to the owner. Commands under way reject. */
  close(): void {
    this.shut(this.disconnected('nic-herald closed it'));
  }

  /** Commands of one turn go out together: to write, and to be woken for it, costs more than a command. */
  private say(line: string): void {
    if (this.unsaid === '') queueMicrotask(() => this.saySoon());
    this.unsaid += line;
  }

  private saySoon(): void {
    const { unsaid } = this;
    this.unsaid = '';
    if (this.state !== 'ended') this.socket?.write(unsaid);
  }

  private endUnreadable(error: unknown): void {
    if (!(error instanceof HeraldError)) throw error;
    const { code, message } = error;
    this.end(
      new HeraldError(code, `${this.socketPath}: ${message}`, { details: this.details(error.details) }),
    );
  }

  private take(line: Uint8Array, readAt: number): void {
    if (line.length === 0 || (line.length === 1 && line[0] === 0x0d)) return;
    const message = parseQmpMessage(line);
    if (message === undefined) this.tellUnparsable(line, 'no QMP message');
    else if (message.kind === 'too-deep') this.skip(message.id, line);
    else if (message.kind === 'event') {
      if (this.state !== 'greeted') return;
      for (const listener of this.listeners) listener(message.event, readAt);
    } else if (message.kind === 'greeting') this.greet();
    else this.answer(message, line);
  }

  private greet(): void {
    if (this.state !== 'unanswered') return;
    this.state = 'greeted';
    this.cancelGreeting();
    const onReply = (): void => {
      if (this.state !== 'ended') this.owner.onReady();
    };
    const options: QueuedCommandOptions = { onReply };
    this.queue.execute('qmp_capabilities', undefined, options).catch((error: HeraldError) => this.end(error));
  }

  private answer(message: Extract<QmpMessage, { kind: 'return' | 'error' }>, line: Uint8Array): void {
    const { id } = message;
    const known =
      id !== undefined &&
      this.queue.reply(id, ({ name }) =>
        message.kind === 'return'
          ? { value: message.value }
          : qmpCommandError(this.socketPath, name, message.errorClass, message.description),
      );
    if (!known) this.tellUnparsable(line, 'a reply to no command of ours');
  }

  /** Nothing of it is looked at; who waits for it need not wait any longer. */
  private skip(id: number | undefined, line: Uint8Array): void {
    const what = `a message that is nested more than ${MAX_QMP_DEPTH} deep`;
    const problem = this.unparsable(line, what);
    if (id !== undefined) this.queue.reply(id, () => problem);
    this.tell(problem);
  }

  private tellUnparsable(line: Uint8Array, what: string): void {
    this.tell(this.unparsable(line, what));
  }

  private unparsable(line: Uint8Array, what: string): HeraldError {
    const text = new TextDecoder().decode(line.subarray(0, MAX_SAMPLE));
    const sample =
      JSON.stringify(text) + (line.length > MAX_SAMPLE ? ` and ${line.length - MAX_SAMPLE} bytes more` : '');
    return this.error(
      'HERALD_QMP_UNPARSABLE',
      `${this.socketPath} sent ${what}: ${sample}. Lines like it are skipped; check that it is a QMP socket ` +
        'and that nothing else writes to it',
    );
  }

  private tellSilent(): void {
    this.tell(
      this.error(
        'HERALD_QMP_SILENT',
        `${this.socketPath} accepted the connection and sent no QMP greeting within ${this.limits.greetingTimeoutMs} ms. ` +
          'A QMP socket serves one client at a time: another program is connected to it, or QEMU hangs. ' +
          'nic-herald goes on waiting; give it a QMP socket of its own (a second -qmp)',
      ),
    );
  }

  private error(code: 'HERALD_QMP_UNPARSABLE' | 'HERALD_QMP_SILENT', message: string): HeraldError {
    return new HeraldError(code, message, { details: this.details() });
  }

  private tell(problem: HeraldError): void {
    if (this.state !== 'ended' && this.warnings.opens(problem.code)) this.owner.onProblem(problem);
  }

  private connectError(problem: string, cause?: NodeJS.ErrnoException): HeraldError {
    if (this.state === 'greeted') return this.disconnected(problem, cause);
    const remedy =
      cause?.code === 'EACCES' || cause?.code === 'EPERM'
        ? 'run nic-herald as a user that may read and write the socket'
        : cause?.code === 'ECONNREFUSED'
          ? 'no QEMU listens there: is this the socket file of one that is gone?'
          : 'check the path';
    return new HeraldError(
      'HERALD_QMP_CONNECT',
      `cannot connect to ${this.socketPath}: ${problem}; ${remedy}`,
      {
        details: this.details({ errno: cause?.code }),
        cause,
      },
    );
  }

  private disconnected(why: string, cause?: unknown): HeraldError {
    return new HeraldError('HERALD_QMP_DISCONNECTED', `the connection to ${this.socketPath} ended: ${why}`, {
      details: this.details(),
      cause,
    });
  }

  private details<T extends object>(more?: T) {
    return { ...more, socket: this.socketPath };
  }

  private end(reason: HeraldError): void {
    if (this.state === 'ended') return;
    this.shut(reason);
    this.owner.onEnd(reason);
  }

  private shut(reason: HeraldError): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.reading.close();
    this.cancelGreeting();
    this.socket?.destroy();
    this.queue.close(reason);
  }
}
