/** What the kernel tells of the sockets that are bound to one path. */
export interface BoundSocket {
  /** Somebody waits for clients there. */
  readonly listens: boolean;
  /** How many clients are connected, those included that wait to be accepted. */
  readonly clients: number;
}

const ACCEPTS = 0x1_0000;
const CONNECTED = ['02', '03'];

/**
 * The unix sockets of this network namespace that have a path, by the text of `/proc/net/unix`. Nobody is connected to
 * for it: a QMP socket serves one client.
 */
export const boundSockets = (table: string): ReadonlyMap<string, BoundSocket> => {
  const sockets = new Map<string, BoundSocket>();
  for (const line of table.split('\n')) {
    const fields = /^\S+ \S+ \S+ ([0-9A-Fa-f]+) \S+ ([0-9A-Fa-f]{2}) +\d+ (\/.*)$/.exec(line);
    if (fields === null) continue;
    const [, flags = '', state = '', path = ''] = fields;
    const { listens, clients } = sockets.get(path) ?? { listens: false, clients: 0 };
    const accepts = (Number.parseInt(flags, 16) & ACCEPTS) !== 0;
    sockets.set(path, {
      listens: listens || accepts,
      clients: clients + (!accepts && CONNECTED.includes(state) ? 1 : 0),
    });
  }
  return sockets;
};
