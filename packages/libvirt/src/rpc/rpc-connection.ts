import { connect, type Socket } from 'node:net';
import {
  type CancelTimer,
  type Clock,
  HeraldError,
  isHeraldError,
  MAX_SOCKET_PATH_BYTES,
} from '@nic-herald/core';
import { cannotConnect, connectionEnded, daemonSilent } from '../libvirt-error.js';
import type { LibvirtLimits } from '../libvirt-limits.js';
import { xdrFault } from '../xdr/xdr-fault.js';
import { XdrReader } from '../xdr/xdr-reader.js';
import { AliveCheck } from './alive-check.js';
import type { Call, CallOptions } from './call.js';
import { CallQueue } from './call-queue.js';
import { PacketSplitter } from './packet-splitter.js';
import { KEEPALIVE_PROGRAM, PROCEDURES } from './procedures.js';
import { encodePacket, PACKET_STATUS, PACKET_TYPE, type RpcHeader, readHeader } from './rpc-header.js';

/** Whoever a connection belongs to. Called synchronously, as the stream is read; neither may throw. */
export interface RpcConnectionOwner {
  /**
   * The daemon says something by itself. The body is what `reader` has left, good within the call. `readAt`: when it was
   * read, ms since 1970 UTC. What the reader throws ends the connection.
   */
  onMessage(header: RpcHeader, reader: XdrReader, readAt: number): void;
  /** The connection is over; called once, but not after `close`. */
  onEnd(reason: HeraldError): void;
}

/** Connects to a unix socket. Tests give their own. */
export type Connecting = (socketPath: string) => Socket;

const toUnixSocket: Connecting = (path) => connect({ path });

/**
 * A connection that can send nothing more, as all its calls hang, is given up at this age, ms, and no sooner. A call that
 * waits for a domain's job lock fails at libvirt after 30 s and holds one of its 20 workers until then: connections given up
 * faster than that would use up the workers that everybody shares.
 */
const LEAST_AGE_MS = 30_000;
const NO_BODY = new Uint8Array(0);

/**
 * One connection to one libvirt daemon, from connect to end. It never reconnects; what the daemon sends is bounded and checked,
 * and the first packet that is not what it should be ends it, with one error that every call then gets.
 */
export class RpcConnection {
  private readonly splitter: PacketSplitter;
  private readonly queue: CallQueue;
  private readonly alive: AliveCheck;
  private socket: Socket | undefined;
  private state: 'new' | 'connected' | 'ended' = 'new';
  private connectedAt = 0;
  private cancelStuck: CancelTimer = () => undefined;
  private onConnected: () => void = () => undefined;
  private onNotConnected: (reason: HeraldError) => void = () => undefined;

  constructor(
    readonly socketPath: string,
    private readonly clock: Clock,
    private readonly limits: LibvirtLimits,
    private readonly owner: RpcConnectionOwner,
    private readonly connecting: Connecting = toUnixSocket,
  ) {
    this.splitter = new PacketSplitter(limits.maxPacketBytes);
    this.queue = new CallQueue(socketPath, clock, limits, {
      write: (packet) => void this.socket?.write(packet),
      onHung: () => this.onHung(),
    });
    this.alive = new AliveCheck(clock, limits, {
      ping: () => this.say(PROCEDURES.ping.number),
      onDead: () => this.end(daemonSilent(socketPath, `did not answer within ${limits.aliveTimeoutMs} ms`)),
    });
  }

  /** Connects. Rejects with what ended the connection, for which the owner is called as well. */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onConnected = resolve;
      this.onNotConnected = reject;
      if (Buffer.byteLength(this.socketPath) > MAX_SOCKET_PATH_BYTES) {
        const problem = `the path is longer than the ${MAX_SOCKET_PATH_BYTES} bytes a Unix socket can have`;
        this.end(cannotConnect(this.socketPath, problem));
        return;
      }
      const socket = this.connecting(this.socketPath);
      this.socket = socket;
      socket.on('connect', () => {
        this.state = 'connected';
        this.connectedAt = this.clock.elapsed();
        this.alive.start();
        this.onConnected();
      });
      socket.on('data', (chunk: Uint8Array) => this.read(chunk));
      socket.on('error', (error) => this.end(this.failed(error)));
      socket.on('close', () => this.end(connectionEnded(this.socketPath, 'the daemon closed it')));
    });
  }

  /** Makes a call; see `CallQueue`. */
  call<T>(call: Call<T>, options?: CallOptions): Promise<T> {
    return this.queue.call(call, options);
  }

  /** Ends the connection with that reason, and tells the owner. Calls under way reject with it. */
  end(reason: HeraldError): void {
    if (this.state === 'ended') return;
    this.shut(reason);
    this.owner.onEnd(reason);
  }

  /** Ends the connection without a word to the owner. Calls under way reject. */
  close(): void {
    this.shut(connectionEnded(this.socketPath, 'nic-herald closed it'));
  }

  private shut(reason: HeraldError): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.alive.close();
    this.cancelStuck();
    this.socket?.destroy();
    this.queue.close(reason);
    this.onNotConnected(reason);
  }

  private read(chunk: Uint8Array): void {
    const readAt = this.clock.now();
    this.alive.heard();
    try {
      for (const packet of this.splitter.push(chunk)) {
        if (this.state === 'ended') return;
        this.take(new XdrReader(packet), readAt);
      }
    } catch (error) {
      if (!isHeraldError(error)) throw error;
      const { code, message, details } = error;
      this.end(
        new HeraldError(code, `${this.socketPath}: ${message}; the connection was dropped`, {
          details: { ...details, socket: this.socketPath },
        }),
      );
    }
  }

  private take(reader: XdrReader, readAt: number): void {
    const header = readHeader(reader);
    if (header.type === PACKET_TYPE.REPLY) this.queue.reply(header, reader);
    else if (header.type === PACKET_TYPE.MESSAGE) {
      if (header.program !== KEEPALIVE_PROGRAM) this.owner.onMessage(header, reader, readAt);
      else if (header.procedure === PROCEDURES.ping.number) this.say(PROCEDURES.pong.number);
    } else if (header.type !== PACKET_TYPE.STREAM) {
      throw xdrFault('packet type', 16, 'a reply or a message', String(header.type));
    } // what streams bring was not asked for, and libvirt's own client drops it too
  }

  private say(procedure: number): void {
    const { MESSAGE: type } = PACKET_TYPE;
    const header = { program: KEEPALIVE_PROGRAM, procedure, type, serial: 0, status: PACKET_STATUS.OK };
    this.socket?.write(encodePacket(header, NO_BODY));
  }

  private onHung(): void {
    this.alive.now(); // is it the domain, or the daemon?
    if (this.queue.isStuck) this.giveUpStuck();
  }

  /** What hung calls hold at the daemon outlives the connection, so one is not made after the other. */
  private giveUpStuck(): void {
    const leftMs = LEAST_AGE_MS - (this.clock.elapsed() - this.connectedAt);
    this.cancelStuck();
    if (leftMs <= 0) {
      const { maxInFlight } = this.limits;
      const what = `left ${maxInFlight} calls unanswered beyond their deadlines, and takes no more`;
      this.end(
        daemonSilent(this.socketPath, what, 'domains hang, or the daemon: see which do not answer virsh'),
      );
      return;
    }
    this.cancelStuck = this.clock.setTimer(leftMs, () => {
      if (this.queue.isStuck) this.giveUpStuck();
    });
  }

  private failed(error: NodeJS.ErrnoException): HeraldError {
    return this.state === 'new'
      ? cannotConnect(this.socketPath, error.message, error)
      : connectionEnded(this.socketPath, error.message, error);
  }
}
