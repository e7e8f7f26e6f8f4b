// One played QEMU, a process of its own as QEMU is one: who asks the kernel who listens at a socket finds this
// process, and on its command line what QEMU's would say. The first line of its input says what it plays, each
// further one is an order; each is answered by a line.
import { createInterface } from 'node:readline';
import { TapEnd } from '../../privileged/tap-end.js';
import { FrameStream } from './frame-stream.js';
import { PlayedMachine } from './played-machine.js';
import type { PlayedAnswer, PlayedOrder, PlayedSpec } from './played-spec.js';
import { QmpSocket } from './qmp-socket.js';

type Flood = Extract<PlayedOrder, { readonly do: 'flood' }>;

/** A machine at its sockets, with its taps open, which gives them carrier; what comes out of them is not read. */
class PlayedProcess {
  #machine: PlayedMachine;
  readonly #taps: Map<string, TapEnd>;
  #sockets: QmpSocket[] = [];
  #stream: FrameStream | undefined;

  private constructor(spec: PlayedSpec) {
    this.#machine = new PlayedMachine(spec);
    this.#taps = new Map(spec.nics.map(({ tap }) => [tap, new TapEnd(tap)]));
  }

  static async start(spec: PlayedSpec): Promise<PlayedProcess> {
    const started = new PlayedProcess(spec);
    await started.#listen(spec);
    return started;
  }

  async #listen({ sockets }: PlayedSpec): Promise<void> {
    this.#sockets = await Promise.all(sockets.map((path) => QmpSocket.bind(this.#machine, path)));
  }

  /** Each event with the status it names, if any: `MIGRATION active`. */
  async #flood({ events, forMs, most = Number.POSITIVE_INFINITY }: Flood): Promise<number> {
    const until = performance.now() + forMs;
    let told = 0;
    while (performance.now() < until && told < most) {
      for (let round = 0; round < 50 && told < most; round += 1) {
        for (const each of events) {
          const [event = '', status] = each.split(' ');
          this.#machine.change({
            events: [{ event, ...(status === undefined ? {} : { data: { status } }) }],
          });
          told += 1;
        }
      }
      await Promise.all(this.#sockets.map((socket) => socket.isRead(until - performance.now())));
    }
    return told;
  }

  async obey(order: PlayedOrder): Promise<Omit<PlayedAnswer, 'id'>> {
    switch (order.do) {
      case 'tell':
        return { stamps: this.#machine.change(order) };
      case 'speak':
        for (const hex of order.frames) {
          const frame = Uint8Array.from(Buffer.from(hex, 'hex'));
          this.#taps.get(order.tap)?.write(frame, frame.length);
        }
        return {};
      case 'stream': {
        this.#stream?.stop();
        const tap = this.#taps.get(order.tap);
        const frame = Uint8Array.from(Buffer.from(order.frame, 'hex'));
        this.#stream = tap && order.perSecond > 0 ? new FrameStream(tap, frame, order.perSecond) : undefined;
        return {};
      }
      case 'reopen':
        this.#taps.get(order.tap)?.close();
        this.#taps.set(order.tap, new TapEnd(order.tap));
        return {};
      case 'flood':
        return { told: await this.#flood(order) };
      case 'await-listings':
        await this.#machine.isListed(order.count, order.limitMs);
        return {};
      case 'count':
        return { commands: this.#machine.commands };
      case 'become':
        await Promise.all(this.#sockets.map((socket) => socket.close()));
        this.#machine = new PlayedMachine(order.spec);
        await this.#listen(order.spec);
        return {};
      case 'quit':
        await Promise.all(this.#sockets.map((socket) => socket.close()));
        process.exit(0);
    }
  }
}

let played: PlayedProcess | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...rest } = JSON.parse(line) as { readonly id: number };
  let answer = {};
  if (played === undefined) played = await PlayedProcess.start(rest as PlayedSpec);
  else answer = await played.obey(rest as PlayedOrder);
  process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
}
process.exit(0);
