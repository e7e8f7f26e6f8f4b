import type { Addressed } from './domain-events.js';
import type { CallOptions } from './rpc/call.js';
import type { Procedure } from './rpc/procedures.js';
import type { RpcConnection } from './rpc/rpc-connection.js';
import type { XdrReader } from './xdr/xdr-reader.js';
import { XdrWriter } from './xdr/xdr-writer.js';

/** Gets an event, synchronously as it is read. `readAt`: when it was read, ms since 1970 UTC. It must not throw. */
export type EventListener<T> = (event: T, readAt: number) => void;

/** One kind of event: how it is asked for, and how it is read. */
export interface EventKind<T> {
  readonly hear: Procedure;
  readonly hearArguments: Uint8Array;
  readonly stopHearing: Procedure;
  /** What the daemon sends. */
  readonly message: Procedure;
  readonly read: (reader: XdrReader) => Addressed<T>;
}

/** Registers for one kind of event at the daemon and hands each event to the one who registered. */
export class EventRelay<T> {
  private readonly listeners = new Map<number, EventListener<T>>();

  constructor(
    private readonly connection: RpcConnection,
    readonly kind: EventKind<T>,
  ) {}

  /** Registers. The listener is in its place before any packet after the reply is looked at, so no event is missed. */
  async hear(listener: EventListener<T>, options: CallOptions | undefined): Promise<() => void> {
    const callbackId = await this.connection.call(
      {
        procedure: this.kind.hear,
        body: this.kind.hearArguments,
        decode: (reader) => {
          const id = reader.int('callback id');
          this.listeners.set(id, listener);
          return id;
        },
      },
      options,
    );
    return () => {
      if (this.listeners.delete(callbackId)) this.stop(callbackId);
    };
  }

  /** Takes an event. One for nobody is dropped: it was under way when its listener stopped. */
  take(reader: XdrReader, readAt: number): void {
    const { callbackId, event } = this.kind.read(reader);
    reader.end(this.kind.message.name);
    this.listeners.get(callbackId)?.(event, readAt);
  }

  /** The daemon need not send them any more; where it does not hear that, they are dropped here. */
  private stop(callbackId: number): void {
    this.connection
      .call({
        procedure: this.kind.stopHearing,
        body: new XdrWriter().int(callbackId).bytes(),
        decode: () => undefined,
      })
      .catch(() => undefined);
  }
}
