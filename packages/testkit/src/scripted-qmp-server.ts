import { createServer, type Server, type Socket } from 'node:net';
import type { FakeClock } from './fake-clock.js';
import type { QmpReply } from './qmp-reply.js';
import type { RecordedQemu } from './recorded-qemu.js';

/**
 * Serves a recorded QEMU over QMP on a unix socket. Like QEMU's own it serves one
 * client at a time; the next one waits for its greeting until the first has gone.
 */
export class ScriptedQmpServer {
  private readonly waiting: Socket[] = [];
  private client: Socket | undefined;
  private server: Server | undefined;

  /** Fake time waits while anything is said here. */
  constructor(
    private readonly qemu: RecordedQemu,
    private readonly clock: FakeClock,
  ) {}

  /** Serves on a unix socket at `path` (at most 107 bytes on Linux). */
  async listen(path: string): Promise<void> {
    this.server = createServer((socket) => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      this.server?.once('error', reject).listen(path, resolve);
    });
  }

  /** Cuts the connections and removes the socket: to a client, this QEMU has died. */
  async close(): Promise<void> {
    for (const socket of this.waiting.splice(0)) socket.destroy();
    this.client?.destroy();
    const { server } = this;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  private accept(socket: Socket): void {
    this.clock.touch();
    socket.on('error', () => {}); // a client may vanish at any time: close follows
    if (this.client === undefined) this.serve(socket);
    else this.waiting.push(socket);
  }

  private serve(socket: Socket): void {
    this.client = socket;
    const say = (message: unknown): void => {
      this.clock.touch();
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\r\n`);
    };
    let negotiated = false;
    let partial = '';
    const stopEvents = this.qemu.onEvent((event) => {
      if (negotiated) say(event);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.clock.touch();
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const { id, reply } = answerLine(this.qemu, line, negotiated);
        if ('return' in reply) negotiated = true;
        say(id === undefined ? reply : { ...reply, id });
      }
    });
    socket.once('close', () => {
      this.clock.touch();
      stopEvents();
      this.client = undefined;
      const next = this.waiting.shift();
      if (next !== undefined) this.serve(next);
    });
    say(this.qemu.greeting);
  }
}

/** One line to one answer; before `qmp_capabilities` nothing else is answered. */
function answerLine(
  qemu: RecordedQemu,
  line: string,
  negotiated: boolean,
): { id?: unknown; reply: QmpReply } {
  const fault = (desc: string, kind: 'CommandNotFound' | 'GenericError' = 'GenericError'): QmpReply => ({
    error: { class: kind, desc },
  });
  const message = parseObject(line);
  if (message === undefined) return { reply: fault('JSON parse error, expecting value') };
  const { id, execute, arguments: given = {} } = message;
  if (typeof execute !== 'string') return { id, reply: fault("QMP input lacks member 'execute'") };
  if (typeof given !== 'object')
    return { id, reply: fault("QMP input member 'arguments' must be an object") };
  if (execute === 'qmp_capabilities') {
    const done = 'Capabilities negotiation is already complete, command ignored';
    return { id, reply: negotiated ? fault(done, 'CommandNotFound') : { return: {} } };
  }
  const expecting = "Expecting capabilities negotiation with 'qmp_capabilities'";
  if (!negotiated) return { id, reply: fault(expecting, 'CommandNotFound') };
  return { id, reply: qemu.answer(execute, given as Readonly<Record<string, unknown>>) };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
