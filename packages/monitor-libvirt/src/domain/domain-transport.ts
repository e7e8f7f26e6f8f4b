import { HeraldError } from '@nic-herald/core';
import {
  type CommandOptions,
  parseQmpReply,
  type QmpEvent,
  type QmpEventListener,
  type QmpTransport,
  qmpCommandError,
  unlessAborted,
} from '@nic-herald/qmp';

/** Passes the text of one QMP command to the QEMU of a domain, and gives that of the reply. */
export type PassCommand = (text: string, options: CommandOptions) => Promise<string>;

/** Most characters of a reply shown in an error. */
const MAX_SAMPLE = 80;

/**
 * The way to the QEMU of one domain, through libvirt. While a migration comes in, libvirt answers no command before the
 * guest runs (with post-copy: before all of it is there), and a command that waits takes one of libvirt's few workers: so
 * none is passed on then.
 */
export class DomainTransport implements QmpTransport {
  private readonly listeners = new Set<QmpEventListener>();
  /** Settles when commands may be passed on; absent while they may. */
  private closed: { readonly opens: Promise<void>; readonly open: () => void } | undefined;

  private hasRun: boolean = false;
  /** The last that was told of the migration. */
  private arrival = '';

  /** `address`: the domain, as virsh names it. */
  constructor(
    readonly address: string,
    private readonly pass: PassCommand,
  ) {}

  /**
   * The guest waits to come in, or was seen running while its memory follows (`inPostCopy`): holds back commands until all of
   * it is there. What was told meanwhile counts.
   */
  hold({ inPostCopy }: { readonly inPostCopy: boolean }): void {
    if (inPostCopy) {
      this.hasRun = true;
      if (this.arrival === '') this.arrival = POST_COPY;
    }
    if (this.closed !== undefined || this.mayPass) return;
    let open = (): void => {};
    const opens = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.closed = { opens, open };
  }

  async execute(command: string, args?: object, options: CommandOptions = {}): Promise<unknown> {
    if (this.closed !== undefined)
      await unlessAborted(this.closed.opens, options.signal, () => this.cancelled(command));
    const text = JSON.stringify({ execute: command, ...(args === undefined ? {} : { arguments: args }) });
    const answer = await this.pass(text, options);
    const reply = parseQmpReply(answer);
    if (reply === undefined) throw this.unreadable(command, answer);
    if ('value' in reply) return reply.value;
    throw qmpCommandError(this.address, command, reply.errorClass, reply.description);
  }

  onEvent(listener: QmpEventListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** QEMU told of an event. It is passed on before anything else is done. */
  tell(event: QmpEvent, readAt: number): void {
    for (const listener of this.listeners) listener(event, readAt);
    if (event.name === 'RESUME') this.hasRun = true;
    else if (event.name === 'MIGRATION') this.arrival = statusOf(event) ?? this.arrival;
    else return;
    if (this.mayPass) this.release();
  }

  /** libvirt told that all of the guest is there. */
  arrived(): void {
    this.hasRun = true;
    this.arrival = ARRIVED;
    this.release();
  }

  /** Whether QEMU told of a migration. */
  get toldOfMigration(): boolean {
    return this.arrival !== '';
  }

  private get mayPass(): boolean {
    return this.hasRun && !this.arrival.startsWith('postcopy-');
  }

  /** Passes on what was held back, and what comes. */
  private release(): void {
    this.closed?.open();
    this.closed = undefined;
  }

  private cancelled(command: string): HeraldError {
    return new HeraldError(
      'HERALD_CANCELLED',
      `${command} for domain ${this.address} was cancelled: its guest has not come in yet, and QEMU is not asked before`,
      { details: { command, domain: this.address } },
    );
  }

  private unreadable(command: string, answer: string): HeraldError {
    return new HeraldError(
      'HERALD_QMP_REPLY',
      `QEMU of domain ${this.address} answered ${command} with what is no QMP reply: ${JSON.stringify(answer.slice(0, MAX_SAMPLE))}`,
      { details: { command, domain: this.address } },
    );
  }
}

/** The guest runs while the rest of its memory follows: libvirt answers no command before all of it is there. */
const POST_COPY = 'postcopy-active';
const ARRIVED = 'completed';

const statusOf = ({ data }: QmpEvent): string | undefined =>
  typeof data === 'object' && data !== null && 'status' in data && typeof data.status === 'string'
    ? data.status
    : undefined;
