import type { Port, Station, StationKey } from '@nic-herald/core';
import type { PortPicture, Uplink } from '../../packages/proof/src/port-picture.js';
import type { Arrival } from '../../packages/proof/src/port-sight.js';
import { DriverProcess } from './driver-process.js';
import type { NetworkSandbox } from './network-sandbox.js';

/** One line to the driver process. Frames are in hexadecimal. */
export type ProofRequest =
  | { readonly do: 'hold'; readonly tap: string }
  | { readonly do: 'write'; readonly device: string; readonly frames: readonly string[] }
  | { readonly do: 'watch'; readonly device: string; readonly capacity: number }
  | { readonly do: 'await'; readonly stations: readonly Station[] }
  | {
      readonly do: 'look';
      readonly port: Port;
      readonly stations: readonly Station[];
      readonly everywhere: boolean;
    }
  | { readonly do: 'listen'; readonly devices: readonly string[] }
  | { readonly do: 'guest-runs' | 'read' | 'end-watch' | 'take' | 'end-listening' | 'listening' };

/** What came for each station, by its key. */
export type Arrived = Readonly<Record<StationKey, Arrival>>;

/** A picture of a port in what JSON has, each list in order. `null`: nothing can be seen of it. */
export type SeenPort =
  | Exclude<PortPicture, { readonly in: 'bridge' }>
  | (Omit<Extract<PortPicture, { readonly in: 'bridge' }>, 'here' | 'elsewhere'> & {
      readonly here: readonly StationKey[];
      readonly elsewhere: Readonly<Record<StationKey, string>>;
      readonly uplinks: readonly Uplink[];
    })
  | null;

/** A station and its seal, in hexadecimal, and how long ago it came in, ms. */
export interface TakenFrame {
  readonly station: Station;
  readonly seal: string;
  readonly ageMs: number;
}

/** A process in a sandbox that watches what comes to a port and looks at it, and hears announcements, as a proof does. */
export class ProofDriver extends DriverProcess<ProofRequest> {
  /** `without` names capabilities it must not have. */
  constructor(sandbox: NetworkSandbox, without: readonly string[] = []) {
    super(sandbox, new URL('proof-driver-main.ts', import.meta.url), without);
  }

  /** Holds the guest's end of taps, which gives them carrier. */
  async hold(...taps: readonly string[]): Promise<void> {
    for (const tap of taps) await this.ask({ do: 'hold', tap });
  }

  /** Sends from the guest's end of a tap that is held, or else by a packet socket out of an interface. */
  write(device: string, frames: readonly string[]): Promise<void> {
    return this.ask({ do: 'write', device, frames });
  }

  /** Watches what goes out at an interface, one at a time. */
  watch(device: string, capacity = 1024): Promise<void> {
    return this.ask({ do: 'watch', device, capacity });
  }

  await(...stations: readonly Station[]): Promise<void> {
    return this.ask({ do: 'await', stations });
  }

  guestRuns(): Promise<void> {
    return this.ask({ do: 'guest-runs' });
  }

  read(): Promise<Arrived> {
    return this.ask({ do: 'read' });
  }

  endWatch(): Promise<void> {
    return this.ask({ do: 'end-watch' });
  }

  look(port: Port, stations: readonly Station[], everywhere = false): Promise<SeenPort> {
    return this.ask({ do: 'look', port, stations, everywhere });
  }

  /** Hears sealed announcements at these interfaces and no others. */
  listen(...devices: readonly string[]): Promise<void> {
    return this.ask({ do: 'listen', devices });
  }

  take(): Promise<readonly TakenFrame[]> {
    return this.ask({ do: 'take' });
  }

  endListening(): Promise<void> {
    return this.ask({ do: 'end-listening' });
  }

  /** The numbers of the interfaces at which anybody in the namespace listens with a packet socket. */
  listening(): Promise<readonly number[]> {
    return this.ask({ do: 'listening' });
  }
}
