import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type Given, greeting, type PlayedMachine, type Reply, refuse } from './played-machine.js';

interface Message {
  readonly id?: unknown;
  readonly execute?: string;
  readonly arguments?: Given;
}

/** One QMP socket of a played machine. As QEMU's it serves one client; the next waits for its greeting. */
export class QmpSocket {
  readonly #machine: PlayedMachine;
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #client: Socket | undefined;

  private constructor(machine: PlayedMachine) {
    this.#machine = machine;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Takes the path, as QEMU does: whatever is there is removed. */
  static async bind(machine: PlayedMachine, path: string): Promise<QmpSocket> {
    rmSync(path, { force: true });
    const socket = new QmpSocket(machine);
    await new Promise<void>((resolve, reject) => {
      socket.#server.once('error', reject).listen(path, resolve);
    });
    return socket;
  }

  /** Cuts the clients off and removes the file. */
  async close(): Promise<void> {
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    this.#client?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Resolves when its client has read what was said, or after a while; in another turn in any case. */
  async isRead(limitMs: number): Promise<void> {
    const client = this.#client;
    if (client === undefined || !client.writableNeedDrain) {
      await new Promise(setImmediate);
      return;
    }
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        client.off('drain', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, limitMs));
      client.once('drain', done).once('close', done);
    });
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#client === undefined) this.#serve(socket);
    else this.#waiting.push(socket);
  }

  #serve(socket: Socket): void {
    this.#client = socket;
    let negotiated = false;
    let rest = '';
    let unsaid = '';
    const say = (message: object): void => {
      if (unsaid === '') {
        queueMicrotask(() => {
          if (!socket.destroyed) socket.write(unsaid);
          unsaid = '';
        });
      }
      unsaid += `${JSON.stringify(message)}\r\n`;
    };
    const stopEvents = this.#machine.onEvent((event) => {
      if (negotiated) say(event);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const message = JSON.parse(line) as Message;
        const reply = this.#reply(message, negotiated);
        if ('return' in reply) negotiated = true;
        say(message.id === undefined ? reply : { ...reply, id: message.id });
      }
    });
    socket.once('close', () => {
      stopEvents();
      this.#client = undefined;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#serve(next);
    });
    say(greeting);
  }

  #reply({ execute = '', arguments: given = {} }: Message, negotiated: boolean): Reply {
    if (execute === 'qmp_capabilities') {
      const done = 'Capabilities negotiation is already complete, command ignored';
      return negotiated ? refuse('CommandNotFound', done) : { return: {} };
    }
    if (negotiated) return this.#machine.answer(execute, given);
    return refuse('CommandNotFound', "Expecting capabilities negotiation with 'qmp_capabilities'");
  }
}
