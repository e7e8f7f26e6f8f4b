import type { NicBackend, Port, PortResolution, ProcessIncarnation } from '@nic-herald/core';
import { DriverProcess, type DriverRights } from './driver-process.js';
import type { NetworkSandbox } from './network-sandbox.js';

/** One line to the driver process. */
export type PortsRequest =
  | { readonly do: 'hold'; readonly tap: string }
  | { readonly do: 'enter'; readonly root: string }
  | { readonly do: 'who'; readonly pid?: number }
  | { readonly do: 'watch'; readonly port: Port }
  | { readonly do: 'resolve'; readonly backend: NicBackend };

/** A process in a sandbox that holds taps as a hypervisor does, and finds ports as an agent does. */
export class PortsDriver extends DriverProcess<PortsRequest> {
  constructor(sandbox: NetworkSandbox, rights: DriverRights = []) {
    super(sandbox, new URL('ports-driver-main.ts', import.meta.url), rights);
  }

  /** Opens a tap. */
  hold(tap: string): Promise<void> {
    return this.ask({ do: 'hold', tap });
  }

  /** Lives below another root from now on. */
  enter(root: string): Promise<void> {
    return this.ask({ do: 'enter', root });
  }

  /** A process; its own where none is named. */
  who(pid?: number): Promise<ProcessIncarnation> {
    return this.ask({ do: 'who', ...(pid === undefined ? {} : { pid }) });
  }

  /** Whether a port that is watched from now on is told to have changed within a second. */
  watch(port: Port): Promise<boolean> {
    return this.ask({ do: 'watch', port });
  }

  resolve(backend: NicBackend): Promise<PortResolution> {
    return this.ask({ do: 'resolve', backend });
  }
}
