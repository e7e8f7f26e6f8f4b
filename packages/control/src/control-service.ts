import type { Clock, HostService } from '@nic-herald/core';
import type { ControlledHost } from './control-routes.js';
import { ControlServer } from './control-server.js';

/** A control socket that is there as long as its host is. */
export class ControlService implements HostService {
  private listening: Promise<ControlServer> | undefined;

  constructor(
    private readonly path: string,
    private readonly host: ControlledHost,
    private readonly clock: Clock,
  ) {}

  /** Rejects with HERALD_CONTROL_BUSY, HERALD_CONTROL_PATH or HERALD_CONTROL_DIRECTORY. */
  async start(): Promise<void> {
    this.listening = ControlServer.listen(this.path, this.host, { clock: this.clock });
    await this.listening;
  }

  /** Waits for a start that was given up: its socket must not stay behind. */
  async close(): Promise<void> {
    const server = await this.listening?.catch(() => undefined);
    await server?.close();
  }
}
