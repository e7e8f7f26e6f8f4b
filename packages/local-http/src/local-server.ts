import { chmod } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { HeraldError } from '@nic-herald/core';
import { claimSocket, isBusy } from './claim-socket.js';
import { setClientDeadlines } from './client-deadlines.js';
import type { LocalPurpose } from './local-purpose.js';

/** Where to listen: a unix socket and who may open it, or an address of this machine. */
export type LocalPlace =
  | { readonly socket: string; readonly mode: number }
  | { readonly address: string; readonly port: number };

/** What one client, and all together, may take. */
export interface LocalLimits {
  /** Who comes beyond that is sent away at once. */
  readonly connections: number;
  /** How long a request may take to come in, ms. */
  readonly requestMs: number;
  /** How long a client that asked may stand without a byte, ms; absent: for ever, since an answer may take its time. */
  readonly idleMs?: number;
}

const MAX_HEADER_BYTES = 8192;

/** HTTP at one place of this machine, in bounds: what a client sends, how slowly, and how many there are. */
export class LocalServer {
  private constructor(
    readonly place: LocalPlace,
    private readonly server: Server,
  ) {}

  /**
   * A unix socket is claimed first, see `claimSocket`, and never open to others than `mode` says. Rejects with the
   * codes of `purpose`. `listener` answers each request, and never throws; the connection ends with the answer.
   */
  static async listen(
    place: LocalPlace,
    purpose: LocalPurpose,
    limits: LocalLimits,
    listener: RequestListener,
  ): Promise<LocalServer> {
    if ('socket' in place) await claimSocket(place.socket, purpose);
    const server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0, headersTimeout: 0 }, // see setClientDeadlines
    );
    setClientDeadlines(server, limits);
    server.on('request', listener);
    server.maxConnections = limits.connections;
    await bind(server, place, purpose);
    if ('socket' in place) await chmod(place.socket, place.mode);
    return new LocalServer(boundPlace(server, place), server);
  }

  /** How many connections are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  /** Stops listening, ends what is under way and removes the socket. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** A place for people: a path, `127.0.0.1:9199` or `[::1]:9199`. */
export const placeText = (place: LocalPlace): string => {
  if ('socket' in place) return place.socket;
  return `${isIPv6(place.address) ? `[${place.address}]` : place.address}:${place.port}`;
};

/** With the port that the system chose, where that was left to it. */
const boundPlace = (server: Server, place: LocalPlace): LocalPlace => {
  const bound = server.address();
  return 'port' in place && typeof bound === 'object' && bound !== null
    ? { ...place, port: bound.port }
    : place;
};

const bind = (server: Server, place: LocalPlace, purpose: LocalPurpose): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notBound(error, place, purpose)));
    const listening = (): void => {
      server.removeAllListeners('error');
      resolve();
    };
    if ('port' in place) {
      server.listen({ host: place.address, port: place.port }, listening);
      return;
    }
    // the socket must never be open to others, not even until the chmod; listen() binds before it returns
    const before = process.umask(0o777 & ~place.mode);
    try {
      server.listen(place.socket, listening);
    } finally {
      process.umask(before);
    }
  });

const notBound = (error: NodeJS.ErrnoException, place: LocalPlace, purpose: LocalPurpose): HeraldError => {
  const { what, option, codes } = purpose;
  const text = placeText(place);
  if (error.code === 'EADDRINUSE') return isBusy(text, purpose, error);
  const message =
    'socket' in place
      ? `${what} ${text} cannot be made; give another path with ${option}`
      : `${what} cannot listen at ${text} (${error.code}); give an address of this host and a free port with ${option}`;
  return new HeraldError(codes.path, message, { cause: error, details: { path: text } });
};
