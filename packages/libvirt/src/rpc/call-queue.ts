import { setMaxListeners } from 'node:events';
import { type Clock, HeraldError } from '@nic-herald/core';
import { refusedByLibvirt } from '../libvirt-error.js';
import type { LibvirtLimits } from '../libvirt-limits.js';
import { xdrFault } from '../xdr/xdr-fault.js';
import type { XdrReader } from '../xdr/xdr-reader.js';
import type { Call, CallOptions } from './call.js';
import { readRemoteError } from './remote-error.js';
import { encodePacket, PACKET_STATUS, PACKET_TYPE, type RpcHeader } from './rpc-header.js';

interface PendingCall {
  readonly call: Call<unknown>;
  readonly deadlineMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HeraldError) => void;
  state: 'waiting' | 'sent' | 'hung';
  /** Whoever called has an answer or gave up. */
  isSettled: boolean;
  cleanUp: () => void;
}

/** What the queue does with the connection it is for. */
export interface CallQueueOwner {
  write(packet: Uint8Array): void;
  /** A call that was sent had no answer in time; see `isStuck`. */
  onHung(): void;
}

const MOST_SERIAL = 0xffff_ffff;

/**
 * Numbers calls, sends few at a time and hands each reply to the one that asked.
 *
 * The daemon works at `max_client_requests` (5) calls of a client and then stops reading its socket, whatever they wait for:
 * a domain whose monitor hangs, or that is being moved, holds its calls up for as long as that takes. So fewer than that are
 * ever in flight, and of one domain only one. A call whose deadline passed or that was cancelled is answered all the same,
 * some time, and holds its place at the daemon until then: so it does here, and its late reply is dropped. A domain that
 * hangs costs one place. When all places are held by calls whose deadlines passed, the queue is stuck: only a new connection
 * has places.
 */
export class CallQueue {
  private readonly waiting: PendingCall[] = [];
  private readonly inFlight = new Map<number, PendingCall>();
  private readonly busy = new Set<string>();
  private lastSerial = 0;
  private closed: HeraldError | undefined;

  constructor(
    private readonly socketPath: string,
    private readonly clock: Clock,
    private readonly limits: LibvirtLimits,
    private readonly owner: CallQueueOwner,
  ) {}

  /**
   * Sends a call when its turn comes: in the order they were made, but those whose domain has one in flight are passed over.
   * Rejects with a HeraldError only.
   */
  call<T>(call: Call<T>, options: CallOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.closed) return reject(this.closed);
      if (options.signal?.aborted) return reject(this.error('HERALD_CANCELLED', call, 'was cancelled'));
      if (this.waiting.length >= this.limits.maxQueued) {
        const many = `found ${this.waiting.length} calls waiting before it`;
        return reject(this.error('HERALD_LIBVIRT_BUSY', call, many));
      }
      const pending: PendingCall = {
        call,
        deadlineMs: options.deadlineMs ?? this.limits.callTimeoutMs,
        resolve: resolve as (value: unknown) => void, // what `decode` of this very call returned
        reject,
        state: 'waiting',
        isSettled: false,
        cleanUp: () => undefined,
      };
      this.watch(pending, options.signal);
      this.waiting.push(pending);
      this.pump();
    });
  }

  /**
   * Takes a reply, its body being what `reader` has left. Throws HERALD_LIBVIRT_PROTOCOL where nothing like it was asked, or
   * where its body is not what it should be; the call itself then stays until `close`.
   */
  reply(header: RpcHeader, reader: XdrReader): void {
    const { serial } = header;
    const pending = this.inFlight.get(serial);
    if (pending === undefined) throw xdrFault('reply', 20, 'the serial of a call', String(serial));
    const { procedure } = pending.call;
    if (header.program !== procedure.program || header.procedure !== procedure.number) {
      const got = `procedure ${header.procedure} of program 0x${header.program.toString(16)}`;
      throw xdrFault('reply', 4, `one to ${procedure.name}`, got);
    }
    if (!pending.isSettled) this.settle(pending, header.status, reader);
    pending.cleanUp();
    this.inFlight.delete(serial);
    if (pending.call.subject) this.busy.delete(pending.call.subject.uuid);
    this.pump();
  }

  /** Nothing can be sent, as all places are held by calls whose deadlines passed. */
  get isStuck(): boolean {
    const hung = [...this.inFlight.values()].filter(({ state }) => state === 'hung').length;
    return hung >= this.limits.maxInFlight;
  }

  /** Rejects everything, now and from now on. */
  close(reason: HeraldError): void {
    this.closed ??= reason;
    const calls = [...this.inFlight.values(), ...this.waiting.splice(0)];
    this.inFlight.clear();
    for (const pending of calls) {
      pending.cleanUp();
      if (!pending.isSettled) pending.reject(reason);
    }
  }

  private settle(pending: PendingCall, status: number, reader: XdrReader): void {
    const { call } = pending;
    if (status === PACKET_STATUS.OK) {
      const value = call.decode(reader);
      reader.end(`reply to ${call.procedure.name}`);
      pending.resolve(value);
    } else if (status === PACKET_STATUS.ERROR) {
      const remote = readRemoteError(reader);
      pending.reject(refusedByLibvirt(this.socketPath, call.procedure.name, call.subject?.name, remote));
    } else throw xdrFault('status of a reply', 24, '0 or 1', String(status));
    pending.isSettled = true;
  }

  private pump(): void {
    while (this.closed === undefined && this.inFlight.size < this.limits.maxInFlight) {
      const index = this.waiting.findIndex(({ call }) => !this.busy.has(call.subject?.uuid ?? ''));
      const [pending] = index === -1 ? [] : this.waiting.splice(index, 1);
      if (pending === undefined) return;
      const { procedure, body, subject } = pending.call;
      const serial = this.nextSerial();
      pending.state = 'sent';
      this.inFlight.set(serial, pending);
      if (subject) this.busy.add(subject.uuid);
      const { program, number } = procedure;
      const header = { program, procedure: number, type: PACKET_TYPE.CALL, serial, status: PACKET_STATUS.OK };
      this.owner.write(encodePacket(header, body));
    }
  }

  /** Not one of a call that hangs since the numbers began anew. */
  private nextSerial(): number {
    do {
      this.lastSerial = this.lastSerial === MOST_SERIAL ? 1 : this.lastSerial + 1;
    } while (this.inFlight.has(this.lastSerial));
    return this.lastSerial;
  }

  /** Gives the call up at its deadline or its signal. */
  private watch(pending: PendingCall, signal: AbortSignal | undefined): void {
    const { call, deadlineMs } = pending;
    const onAbort = (): void => this.giveUp(pending, this.error('HERALD_CANCELLED', call, 'was cancelled'));
    let cancelTimer = this.clock.setTimer(deadlineMs, () => {
      // Where this process was held up itself, the reply may have come: what is there is read first.
      cancelTimer = this.clock.setTimer(0, () => this.overrun(pending));
    });
    if (signal) setMaxListeners(0, signal); // one signal may well end many calls
    signal?.addEventListener('abort', onAbort, { once: true });
    pending.cleanUp = () => {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  private overrun(pending: PendingCall): void {
    const { call, deadlineMs } = pending;
    const wasSent = pending.state === 'sent';
    const why = wasSent
      ? 'the daemon or the domain hangs, or another job of the domain takes long'
      : 'it could not be sent, as calls before it are not answered';
    const what = `had no answer after ${deadlineMs} ms; ${why}`;
    this.giveUp(pending, this.error('HERALD_LIBVIRT_TIMEOUT', call, what, { sent: wasSent }));
    if (!wasSent) return;
    pending.state = 'hung';
    this.owner.onHung();
  }

  private giveUp(pending: PendingCall, error: HeraldError): void {
    const index = this.waiting.indexOf(pending);
    if (index !== -1) {
      this.waiting.splice(index, 1);
      pending.cleanUp();
    }
    if (pending.isSettled) return;
    pending.isSettled = true;
    pending.reject(error);
  }

  private error(
    code: 'HERALD_CANCELLED' | 'HERALD_LIBVIRT_BUSY' | 'HERALD_LIBVIRT_TIMEOUT',
    { procedure, subject }: Call<unknown>,
    what: string,
    more: HeraldError['details'] = {},
  ): HeraldError {
    const about = subject === undefined ? '' : ` for ${subject.name}`;
    return new HeraldError(code, `${procedure.name}${about} of libvirt at ${this.socketPath} ${what}`, {
      details: { procedure: procedure.name, socket: this.socketPath, guest: subject?.name, ...more },
    });
  }
}
