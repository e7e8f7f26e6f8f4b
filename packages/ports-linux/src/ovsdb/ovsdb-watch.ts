import { connect, type Socket } from 'node:net';
import type { Clock } from '@nic-herald/core';
import { JsonValues } from './json-values.js';
import { type OvsPlace, OvsTables, WATCHED_COLUMNS } from './ovs-tables.js';

/** Most characters of one message: a port takes about 350. */
const MOST_CHARACTERS = 8 << 20;
/** How long the database may take to tell all, ms. */
const ANSWER_MS = 500;
/** It is not asked again before, where it was not there or broke off, ms. */
const PAUSE_MS = 1000;
const MONITOR = { id: 'ports', method: 'monitor' } as const;

/**
 * Follows Open vSwitch's database (RFC 7047, `monitor`) from the first question on: it tells once what there is, then what changes, so
 * that a port can be looked at without waiting.
 */
export class OvsdbWatch {
  private connection: { readonly socket: Socket; readonly tables: OvsTables } | undefined;
  private told: OvsTables | undefined;
  private opening: Promise<void> | undefined;
  private failedAt = Number.NEGATIVE_INFINITY;
  private isClosed = false;

  constructor(
    private readonly path: string,
    private readonly clock: Pick<Clock, 'elapsed' | 'setTimer'>,
  ) {}

  /** Waits until the database has told all that there is, or does not: half a second at most. Never rejects. */
  async ready(): Promise<void> {
    if (this.told !== undefined || this.isClosed) return;
    if (this.connection === undefined && this.clock.elapsed() - this.failedAt < PAUSE_MS) return;
    this.opening ??= this.open().finally(() => {
      this.opening = undefined;
    });
    await this.opening;
  }

  /** Where Open vSwitch has an interface now; `undefined` where it has none, or does not tell. */
  placeOf(interfaceName: string): OvsPlace | undefined {
    return this.told?.placeOf(interfaceName);
  }

  close(): void {
    this.isClosed = true;
    this.leave();
  }

  private open(): Promise<void> {
    return new Promise((done) => {
      const tables = new OvsTables();
      const values = new JsonValues(MOST_CHARACTERS);
      const socket = connect(this.path);
      this.connection = { socket, tables };
      const cancel = this.clock.setTimer(ANSWER_MS, () => lost());
      const settled = (): void => {
        cancel();
        done();
      };
      const lost = (): void => {
        if (this.connection?.socket === socket) this.leave();
        settled();
      };
      socket.unref();
      socket.setEncoding('utf8');
      socket.once('error', lost).once('close', lost);
      socket.on('data', (chunk: string) => {
        try {
          for (const text of values.push(chunk)) this.take(JSON.parse(text) as Message, socket, tables);
        } catch {
          lost(); // what it says makes no sense
        }
        if (this.told === tables) settled();
      });
      const watched = Object.entries(WATCHED_COLUMNS).map(([table, columns]) => [table, [{ columns }]]);
      send(socket, { ...MONITOR, params: ['Open_vSwitch', null, Object.fromEntries(watched)] });
    });
  }

  /** Throws where it is refused, or makes no sense. */
  private take({ id, method, params, result, error }: Message, socket: Socket, tables: OvsTables): void {
    if (method === 'echo') send(socket, { id, result: params, error: null });
    else if (method === 'update' && Array.isArray(params)) tables.update((params as readonly unknown[])[1]);
    else if (id === MONITOR.id) {
      if (error !== null && error !== undefined) throw new TypeError('the database tells nothing');
      tables.update(result);
      this.told = tables;
    }
  }

  private leave(): void {
    const { connection } = this;
    this.connection = undefined;
    this.told = undefined;
    this.failedAt = this.clock.elapsed();
    connection?.socket.destroy();
  }
}

/** A request, a notification or an answer of JSON-RPC 1.0, as it came. */
interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

const send = (socket: Socket, message: object): void => {
  socket.write(JSON.stringify(message));
};
