import { createServer, type Server, type Socket } from 'node:net';

export interface Request {
  readonly execute: string;
  readonly arguments?: {
    readonly [name: string]: unknown;
    readonly path?: string;
    readonly property?: string;
  };
  readonly id: number;
}
/** What a command is answered with: a value, `{ error }`, or nothing at all (undefined). */
export type Reply = (request: Request, qemu: FakeQemu) => unknown;

const error = (errorClass: string, desc: string) => ({ error: { class: errorClass, desc } });
export const notFound = error('GenericError', 'not found');

/** A quiet guest with one virtio NIC. */
export const defaultReplies = (): Record<string, Reply> => ({
  qmp_capabilities: () => ({ return: {} }),
  'query-version': () => ({ return: { qemu: { major: 7, minor: 2, micro: 22 }, package: 'x' } }),
  'query-name': () => ({ return: { name: 'web-1' } }),
  'query-uuid': () => ({ return: { UUID: '6b1d1c9e-0000-4000-8000-000000000001' } }),
  'query-status': () => ({ return: { status: 'running', running: true, singlestep: false } }),
  'query-migrate': () => ({ return: {} }),
  'query-migrate-capabilities': () => ({ return: [{ capability: 'events', state: true }] }),
  'query-migrate-parameters': () => ({ return: { 'announce-rounds': 5 } }),
  'human-monitor-command': () => ({
    return:
      'nic0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:00:00:99\r\n' +
      ' \\ net0: index=0,type=tap,ifname=tapA,script=no,downscript=no\r\n',
  }),
  'qom-list': ({ arguments: args }) => ({
    return: args?.path === '/machine/peripheral' ? [{ name: 'nic0', type: 'child<virtio-net-pci>' }] : [],
  }),
  'qom-get': ({ arguments: args }) => (args?.property === 'mac' ? { return: '52:54:00:00:00:01' } : notFound),
});

/** A QMP server on a real Unix socket that serves any number of clients, and says what a test wants. */
export class FakeQemu {
  readonly requests: Request[] = [];
  readonly clients: Socket[] = [];
  greets = true;
  /** The clock that its events are stamped by. */
  now: () => number = () => 1_700_000_000_123.456;
  private lines = 0;
  /** How many have connected so far. */
  connections = 0;
  private readonly server: Server;
  private waiting: Array<() => void> = [];

  private constructor(
    readonly path: string,
    readonly replies: Record<string, Reply>,
  ) {
    this.server = createServer((client) => this.serve(client));
  }

  static async listen(path: string, setUp: (qemu: FakeQemu) => void = () => undefined): Promise<FakeQemu> {
    const qemu = new FakeQemu(path, defaultReplies());
    setUp(qemu);
    await new Promise<void>((resolve) => qemu.server.listen(path, resolve));
    return qemu;
  }

  /** Bytes, as they are, to every client. */
  raw(bytes: string | Uint8Array): void {
    for (const client of this.clients) client.write(bytes);
  }

  event(name: string, data?: unknown): void {
    this.raw(this.line(name, data));
  }

  line(event: string, data?: unknown): string {
    const now = this.now() + this.lines / 1000; // no two events have one stamp
    this.lines += 1;
    const seconds = Math.floor(now / 1000);
    const timestamp = { seconds, microseconds: Math.round((now - seconds * 1000) * 1000) };
    return `${JSON.stringify({ timestamp, event, ...(data === undefined ? {} : { data }) })}\r\n`;
  }

  /** Resolves when that many requests of a command have come in. */
  async requested(command: string, count = 1): Promise<void> {
    while (this.count(command) < count) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  count(command: string): number {
    return this.requests.filter(({ execute }) => execute === command).length;
  }

  /** Cuts every client off; new ones are served. */
  disconnect(): void {
    for (const client of this.clients.splice(0)) client.destroy();
  }

  async close(): Promise<void> {
    this.disconnect();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(client: Socket): void {
    this.clients.push(client);
    this.connections += 1;
    client.on('error', () => undefined);
    client.on('close', () => this.clients.splice(this.clients.indexOf(client) >>> 0, 1));
    if (this.greets) client.write('{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n');
    let text = '';
    client.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.answer(client, JSON.parse(line) as Request);
    });
    this.wake();
  }

  private answer(client: Socket, request: Request): void {
    this.requests.push(request);
    const reply = this.replies[request.execute] ?? (() => error('CommandNotFound', 'no such command'));
    const answer = reply(request, this);
    if (answer !== undefined)
      client.write(`${JSON.stringify({ ...(answer as object), id: request.id })}\r\n`);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
