import type { Finding, NetworkLook } from '@nic-herald/core';
import { DriverProcess } from './driver-process.js';
import type { NetworkSandbox } from './network-sandbox.js';

/** What is asked at a port. */
export interface LookRequest {
  readonly macs?: readonly string[];
  readonly addresses?: readonly string[];
}

/** One line to the driver process. Frames are in hexadecimal. */
export type NetworkWatchRequest =
  | { readonly do: 'open'; readonly inKernel: boolean }
  | ({ readonly do: 'look'; readonly port: string; readonly times: number } & LookRequest)
  | {
      readonly do: 'write';
      readonly device: string;
      readonly frames: readonly string[];
      readonly mark: number;
    }
  | { readonly do: 'hold'; readonly tap: string }
  | { readonly do: 'open-files' | 'listening' | 'diagnose' | 'close' };

/** What a process has open. */
export interface OpenFiles {
  readonly all: number;
  readonly maps: number;
}

/** What became of looks that were asked at once. */
export interface Looked {
  /** `null`: the network is not known. */
  readonly look: NetworkLook | null;
  /** How long all of them took, ms. */
  readonly tookMs: number;
  /** How often the event loop went round meanwhile. */
  readonly turns: number;
}

/** A process in a sandbox that watches networks there. */
export class NetworkWatchDriver extends DriverProcess<NetworkWatchRequest> {
  /** `without` names capabilities it must not have. */
  constructor(sandbox: NetworkSandbox, without: readonly string[] = []) {
    super(sandbox, new URL('network-watch-driver-main.ts', import.meta.url), without);
  }

  open(inKernel = true): Promise<void> {
    return this.ask({ do: 'open', inKernel });
  }

  /** Asks the same `times` times at once. */
  look(port: string, request: LookRequest, times = 1): Promise<Looked> {
    return this.ask({ do: 'look', port, times, ...request });
  }

  /** Holds the guest's end of a tap, which gives it carrier. */
  hold(tap: string): Promise<void> {
    return this.ask({ do: 'hold', tap });
  }

  /** Sends from the guest's end of a tap that is held, or else by a packet socket out of an interface. */
  write(device: string, frames: readonly string[], mark = 0): Promise<void> {
    return this.ask({ do: 'write', device, frames, mark });
  }

  openFiles(): Promise<OpenFiles> {
    return this.ask({ do: 'open-files' });
  }

  /** The numbers of the interfaces at which anybody in the namespace listens with a packet socket. */
  listening(): Promise<readonly number[]> {
    return this.ask({ do: 'listening' });
  }

  diagnose(): Promise<readonly Finding[]> {
    return this.ask({ do: 'diagnose' });
  }

  close(): Promise<void> {
    return this.ask({ do: 'close' });
  }
}
