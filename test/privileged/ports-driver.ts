import type { NicBackend, PortResolution, ProcessIncarnation } from '@nic-herald/core';
import { DriverProcess } from './driver-process.js';
import type { NetworkSandbox } from './network-sandbox.js';

/** One line to the driver process. */
export type PortsRequest =
  | { readonly do: 'hold'; readonly tap: string }
  | { readonly do: 'who' }
  | { readonly do: 'resolve'; readonly backend: NicBackend };

/** A process in a sandbox that holds taps as a hypervisor does, and finds ports as an agent does. */
export class PortsDriver extends DriverProcess<PortsRequest> {
  /** `without` names capabilities it must not have. */
  constructor(sandbox: NetworkSandbox, without: readonly string[] = []) {
    super(sandbox, new URL('ports-driver-main.ts', import.meta.url), without);
  }

  /** Opens a tap. */
  hold(tap: string): Promise<void> {
    return this.ask({ do: 'hold', tap });
  }

  /** Its own process. */
  who(): Promise<ProcessIncarnation> {
    return this.ask({ do: 'who' });
  }

  resolve(backend: NicBackend): Promise<PortResolution> {
    return this.ask({ do: 'resolve', backend });
  }
}
