import { LabProcess } from '../lab/lab-process.js';
import { compiledProgram } from './compiled-programs.js';
import type { PlayedAnswer, PlayedChange, PlayedOrder, PlayedSpec } from './played/played-spec.js';

/**
 * Runs a program under QEMU's name: an agent believes the descriptors of no other program. `--norc`: with a socket as its input
 * bash takes itself for a remote login, and reads ~/.bashrc.
 */
const NAMED_QEMU = ['bash', '--norc', '-c', 'exec -a qemu-system-x86_64 "$0" "$@"'];

const hexOf = (frame: Uint8Array): string => Buffer.from(frame).toString('hex');

const moved = (status: string) => ({ event: 'MIGRATION', data: { status } });

/** The harness's end of a played QEMU: a process of its own in a host's namespace that answers as QMP does. */
export class PlayedQemu {
  readonly process: LabProcess;
  readonly #spec: PlayedSpec;
  readonly #answered = new Map<number, (answer: PlayedAnswer) => void>();
  #orders = 0;

  private constructor(spec: PlayedSpec, namespace: string, logFile: string) {
    this.#spec = spec;
    let rest = '';
    this.process = new LabProcess({
      title: `QEMU of ${spec.name} (${spec.nics[0]?.tap})`,
      namespace,
      command: [
        ...[...NAMED_QEMU, process.execPath, compiledProgram('staged/played/played-qemu-main')],
        ...commandLine(spec),
      ],
      logFile,
      onStdout: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#take(JSON.parse(line) as PlayedAnswer);
      },
    });
  }

  /** Starts it; its sockets are there and its taps have carrier when this resolves. */
  static async start(spec: PlayedSpec, namespace: string, logFile: string): Promise<PlayedQemu> {
    const qemu = new PlayedQemu(spec, namespace, logFile);
    await qemu.#say(spec);
    return qemu;
  }

  /** Changes where it stands. Gives the stamp of the last event, ms since 1970. */
  async tell(change: PlayedChange): Promise<number> {
    const { stamps } = await this.#order({ do: 'tell', ...change });
    return stamps?.at(-1) ?? 0;
  }

  /** All has come, and the guest runs: a destination's RESUME. Gives its stamp. */
  async arrives(): Promise<number> {
    const migration = { status: 'completed' };
    const events = [{ event: 'RESUME' }];
    const resumedAt = await this.tell({ runState: 'running', loaded: true, migration, events });
    await this.tell({ events: [moved('completed')] });
    return resumedAt;
  }

  /** It waits for a migration, as after a start with `-incoming`. */
  async waits(): Promise<void> {
    await this.tell({ runState: 'inmigrate', migration: {}, loaded: false });
  }

  /** A source begins to send its guest away, which still runs. */
  async beginsToLeave(): Promise<void> {
    await this.tell({ migration: { status: 'setup' }, events: [moved('setup')] });
    await this.tell({ migration: { status: 'active', 'total-time': 3 }, events: [moved('active')] });
  }

  /** A source stops its guest. */
  async stops(): Promise<void> {
    await this.tell({ runState: 'finish-migrate', events: [{ event: 'STOP' }] });
  }

  /** A source has sent everything. */
  async left(): Promise<void> {
    const migration = { status: 'completed', 'total-time': 150, downtime: 20 };
    await this.tell({ runState: 'postmigrate', migration, events: [moved('completed')] });
  }

  /** A guest that stands still goes on. Gives the stamp of RESUME. */
  resumes(): Promise<number> {
    return this.tell({ runState: 'running', events: [{ event: 'RESUME' }] });
  }

  /** Tells that the filter of a card has changed, whether or not it has. */
  async filterChanged(nic = 'nic0'): Promise<void> {
    await this.tell({ events: [{ event: 'NIC_RX_FILTER_CHANGED', data: { name: nic, path: `/${nic}` } }] });
  }

  /** It opens its tap again, which was made again. */
  async reopens(tap: string): Promise<void> {
    await this.#order({ do: 'reopen', tap });
  }

  /** The guest sends frames at the tap of its first card, or at this one. */
  async speaks(frames: readonly Uint8Array[], tap = this.#firstTap): Promise<void> {
    await this.#order({ do: 'speak', tap, frames: frames.map(hexOf) });
  }

  /** The guest sends one frame over and over at the tap of its first card, so many a second. 0 ends it. */
  async streams(frame: Uint8Array, perSecond: number): Promise<void> {
    await this.#order({ do: 'stream', tap: this.#firstTap, frame: hexOf(frame), perSecond });
  }

  /** It tells these events over and over for so long, ms; gives how many that were. */
  async floods(events: readonly string[], forMs: number, most?: number): Promise<number> {
    const { told } = await this.#order({
      do: 'flood',
      events,
      forMs,
      ...(most === undefined ? {} : { most }),
    });
    return told ?? 0;
  }

  /** Waits until an agent makes something ready for its guest: it was asked for its NICs twice. */
  async isAwaited(limitMs = 5000): Promise<void> {
    await this.#order({ do: 'await-listings', count: 2, limitMs });
  }

  /** How many commands it was asked so far. */
  async commands(): Promise<number> {
    const { commands } = await this.#order({ do: 'count' });
    return commands ?? 0;
  }

  /** It is another machine from now on, which waits for its guest or has it, at other sockets. */
  async becomes(spec: PlayedSpec): Promise<void> {
    await this.#order({ do: 'become', spec });
  }

  /** It ends in order, as after `quit`. */
  async quits(): Promise<void> {
    this.process.stdin.write(`${JSON.stringify({ do: 'quit', id: 0 })}\n`);
    await this.process.ended;
  }

  /** It ends in the middle of whatever it does. */
  async stop(): Promise<void> {
    await this.process.stop('SIGKILL');
  }

  get #firstTap(): string {
    return this.#spec.nics[0]?.tap ?? '';
  }

  #order(order: PlayedOrder): Promise<PlayedAnswer> {
    return this.#say(order);
  }

  async #say(what: PlayedOrder | PlayedSpec): Promise<PlayedAnswer> {
    this.#orders += 1;
    const id = this.#orders;
    const answer = new Promise<PlayedAnswer>((resolve) => {
      this.#answered.set(id, resolve);
    });
    this.process.stdin.write(`${JSON.stringify({ ...what, id })}\n`);
    const ended = this.process.ended.then(() => {
      this.process.assertRunning();
      return { id };
    });
    return Promise.race([answer, ended]);
  }

  #take(answer: PlayedAnswer): void {
    this.#answered.get(answer.id)?.(answer);
    this.#answered.delete(answer.id);
  }
}

/** As on QEMU's command line, as far as anybody looks at it. */
function commandLine({ name, uuid, incoming, sockets }: PlayedSpec): string[] {
  return [
    ...['-name', name],
    ...(uuid === undefined ? [] : ['-uuid', uuid]),
    ...sockets.flatMap((path) => ['-qmp', `unix:${path},server=on,wait=off`]),
    ...(incoming ? ['-incoming', 'defer'] : []),
  ];
}
