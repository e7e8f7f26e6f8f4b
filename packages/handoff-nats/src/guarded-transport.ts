import { NatsConnectionImpl, setTransportFactory } from '@nats-io/nats-core/internal';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';

/** How long the library's own way to close a connection may take, ms. */
const CLOSE_MS = 1000;
/** The library's own default, ms. */
const USUAL_TIMEOUT_MS = 20_000;

/**
 * The library's transport without three faults of 3.3.1: one that is not connected in time is let go of, and its socket
 * stays open; one whose server hangs is closed when what was written has gone out, which it may never have; and a server
 * that is named by its IP address must have a certificate for `localhost`.
 */
class GuardedTransport extends NodeTransport {
  override async connect(...[server, options]: Parameters<NodeTransport['connect']>): Promise<void> {
    const late = setTimeout(() => this.discard(), options.timeout ?? USUAL_TIMEOUT_MS);
    try {
      await super.connect(server, judgedBy(server.hostname, options));
    } finally {
      clearTimeout(late);
    }
  }

  override disconnect(): void {
    super.disconnect();
    setTimeout(() => {
      if (this.isClosed) return;
      this.discard();
      this.closedNotification.resolve();
    }, CLOSE_MS);
  }
}

/** Node takes `host` for the name in the certificate where there is no `servername`, as for an IP address. */
const judgedBy = (host: string, options: ConnectionOptions): ConnectionOptions =>
  options.tls ? { ...options, tls: Object.assign({ host }, options.tls) } : options;

/** The library's `connect`, over such a transport. */
export const connectGuarded = (options: ConnectionOptions): Promise<NatsConnection> => {
  setTransportFactory({ factory: () => new GuardedTransport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
};
