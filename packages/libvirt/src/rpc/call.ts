import type { XdrReader } from '../xdr/xdr-reader.js';
import type { Procedure } from './procedures.js';

/** How one call may end early. */
export interface CallOptions {
  /** How long it may take, waiting for its turn included, ms, more than 0. Absent: `callTimeoutMs` of the limits. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** One call to the daemon. */
export interface Call<T> {
  readonly procedure: Procedure;
  readonly body: Uint8Array;
  /** The domain it is about; of one domain at most one call is in flight. Absent: it is about none. */
  readonly subject?: { readonly uuid: string; readonly name: string };
  /**
   * Reads the body of the reply, all of it, synchronously, before any later packet is looked at. What it throws ends the
   * connection: HERALD_LIBVIRT_PROTOCOL.
   */
  readonly decode: (reader: XdrReader) => T;
}
