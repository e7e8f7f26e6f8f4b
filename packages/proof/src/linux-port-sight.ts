import { HeraldError, type Port, type Station } from '@nic-herald/core';
import { type Links, networkNamespace, openLinks } from '@nic-herald/linux-sys';
import { Arrivals } from './arrivals.js';
import { lookAtPort } from './look-at-port.js';
import type { PortPicture } from './port-picture.js';
import type { ArrivalWatch, PortSight } from './port-sight.js';

/** Sees ports of this network namespace. */
export class LinuxPortSight implements PortSight {
  private links: Links | undefined;
  private isClosed = false;

  watch(port: Port, capacity: number): ArrivalWatch {
    const { index, kind, name, namespace } = port;
    if (index === undefined || kind !== 'tap' || (namespace ?? networkNamespace()) !== networkNamespace()) {
      const message = `port ${name} (${kind}) is no tap of this network namespace: what reaches the guest there cannot be seen`;
      throw new HeraldError('HERALD_PROOF_UNAVAILABLE', message, { details: { port: name } });
    }
    return Arrivals.watch(index, capacity);
  }

  async look(
    port: Port,
    stations: readonly Station[],
    everywhere: boolean,
  ): Promise<PortPicture | undefined> {
    if (this.isClosed) return undefined; // what is opened now would stay open
    this.links ??= openLinks();
    return lookAtPort(port, this.links, stations, everywhere);
  }

  close(): void {
    this.isClosed = true;
    this.links?.close();
    this.links = undefined;
  }
}
