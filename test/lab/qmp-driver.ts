import { createWriteStream, type WriteStream } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabFault } from './lab-fault.js';

export interface QmpEvent {
  readonly event: string;
  /** Milliseconds since the epoch with microseconds behind the point, as QEMU stamped it. */
  readonly atMs: number;
  readonly data: Record<string, unknown>;
}

interface Message {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly timestamp?: { readonly seconds: number; readonly microseconds: number };
  readonly data?: Record<string, unknown>;
}

/** The harness's own QMP client: deliberately apart from nic-herald's, so that one never hides a fault of the other. */
export class QmpDriver {
  readonly events: QmpEvent[] = [];
  readonly #socket: Socket;
  readonly #log: WriteStream;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<() => void>();
  #nextId = 1;
  #closed = false;
  #rest = '';

  private constructor(socket: Socket, logFile: string) {
    this.#socket = socket;
    this.#log = createWriteStream(logFile, { flags: 'a' });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#end());
  }

  /** Connects to a socket that may not be there yet. */
  static async connect(path: string, logFile: string, timeoutMs = 10_000): Promise<QmpDriver> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const socket = await tryConnect(path);
      if (socket) {
        const driver = new QmpDriver(socket, logFile);
        await driver.execute('qmp_capabilities');
        return driver;
      }
      if (Date.now() > deadline) throw new LabFault(`no QMP socket at ${path} after ${timeoutMs} ms`);
      await sleep(20);
    }
  }

  async execute(command: string, commandArguments: Record<string, unknown> = {}): Promise<unknown> {
    const id = this.#nextId++;
    const reply = await new Promise<Message>((resolve) => {
      this.#waiting.set(id, resolve);
      if (this.#closed) this.#end();
      else this.#socket.write(`${JSON.stringify({ execute: command, arguments: commandArguments, id })}\n`);
    });
    if (reply.error) throw new LabFault(`QMP ${command}: ${reply.error.class}: ${reply.error.desc}`);
    return reply.return;
  }

  /** The first event from `since` on (index into {@link events}) that `matches`. */
  async waitFor(
    what: string,
    matches: (event: QmpEvent) => boolean,
    options: { readonly since?: number; readonly timeoutMs: number },
  ): Promise<QmpEvent> {
    let next = options.since ?? 0;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        for (; next < this.events.length; next++) {
          const event = this.events[next];
          if (!event || !matches(event)) continue;
          done(() => resolve(event));
          return;
        }
        if (this.#closed) done(() => reject(new LabFault(`QMP closed while waiting for ${what}`)));
      };
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        settle();
      };
      const late = (): void => done(() => reject(new LabFault(`no ${what} within ${options.timeoutMs} ms`)));
      const timer = setTimeout(late, options.timeoutMs);
      this.#listeners.add(look);
      look();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#log.write(text);
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) this.#take(JSON.parse(line) as Message);
  }

  #take(message: Message): void {
    if (message.event !== undefined && message.timestamp) {
      const atMs = message.timestamp.seconds * 1000 + message.timestamp.microseconds / 1000;
      this.events.push({ event: message.event, atMs, data: message.data ?? {} });
      for (const listener of [...this.#listeners]) listener();
    } else if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }

  #end(): void {
    this.#closed = true;
    this.#log.end();
    for (const answer of this.#waiting.values())
      answer({ error: { class: 'Closed', desc: 'QEMU went away' } });
    this.#waiting.clear();
    for (const listener of [...this.#listeners]) listener();
  }
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}
