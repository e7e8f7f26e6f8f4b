import { connect, createServer, type Server, type Socket } from 'node:net';

/** Program and procedure of a message of libvirt's remote protocol: `20008086/273`. */
export type CallName = string;

const lengthBytes = 4;
/** Length, program, version, procedure, type. */
const headBytes = 5 * lengthBytes;
const typeOfCall = 0;

/** Stands between a client and a libvirtd, passes everything on, and counts what the client calls. */
export class RpcCounter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #calls = new Map<CallName, number>();

  private constructor(daemon: string) {
    this.#server = createServer((client) => this.#join(client, connect(daemon)));
  }

  static async start(path: string, daemon: string): Promise<RpcCounter> {
    const counter = new RpcCounter(daemon);
    await new Promise<void>((resolve, reject) => {
      counter.#server.once('error', reject);
      counter.#server.listen(path, resolve);
    });
    return counter;
  }

  /** What was called since the last time, most often first. */
  take(): (readonly [CallName, number])[] {
    const calls = [...this.#calls].sort((a, b) => b[1] - a[1]);
    this.#calls = new Map();
    return calls;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, daemon: Socket): void {
    let rest = Buffer.alloc(0);
    client.on('data', (bytes: Buffer) => {
      rest = this.#count(Buffer.concat([rest, bytes]));
      daemon.write(bytes);
    });
    daemon.on('data', (bytes: Buffer) => client.write(bytes));
    for (const [one, other] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  /** Counts the whole messages; gives what is left of the last one. */
  #count(bytes: Buffer): Buffer<ArrayBuffer> {
    let at = 0;
    while (bytes.length - at >= headBytes) {
      const length = bytes.readUInt32BE(at);
      if (bytes.length - at < length) break;
      if (bytes.readUInt32BE(at + 16) === typeOfCall) {
        const name = `${bytes.readUInt32BE(at + 4).toString(16)}/${bytes.readUInt32BE(at + 12)}`;
        this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
      }
      at += length;
    }
    return Buffer.from(bytes.subarray(at));
  }
}
