import type { HostService, NetworkWatch, Port } from '@nic-herald/core';

/** A network watch opened for one case; the contract starts and closes the watch itself. */
export interface OpenedNetworkWatch {
  readonly watch: NetworkWatch & HostService;
  /** A guest's port, in a network that the watch knows. */
  readonly port: Port;
  /** One of the same kind that is not there. */
  readonly missing: Port;
  /** The name of another port of that network, which the contract does not ask about. */
  readonly elsewhere: string;
  /** Frames come in at a port, by its name, as they are and in this order. */
  readonly send: (at: string, frames: readonly Uint8Array[]) => Promise<void>;
  /** Ends once what was sent is told, and what was asked about is listened for. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}
