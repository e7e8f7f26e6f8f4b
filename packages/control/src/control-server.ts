import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asHeraldError, HeraldError, isNestedDeeperThan } from '@nic-herald/core';
import { claimSocket } from './claim-socket.js';
import { checkControlPath } from './control-path.js';
import { answerControl, type ControlledHost, type ControlRequest } from './control-routes.js';

const MAX_BODY = 65_536;
/** The deepest request is `{"timing":{}}`. */
const MAX_BODY_DEPTH = 8;
const MAX_CONNECTIONS = 32;
/** How long a request may take to come in, ms. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often it is looked whether one took longer; Node.js would let it hold a connection for 30 s more. */
const MOST_LOOK_EVERY_MS = 1000;

/**
 * HTTP over a unix socket that only its owner may open, for `inspect`, `announce` and `record`. Requests and their
 * bodies are bounded; a bad one is answered, never fatal.
 */
export class ControlServer {
  private constructor(
    readonly path: string,
    private readonly server: Server,
  ) {}

  /** Rejects with HERALD_CONTROL_BUSY, HERALD_CONTROL_PATH or HERALD_CONTROL_DIRECTORY. */
  static async listen(
    path: string,
    host: ControlledHost,
    requestTimeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<ControlServer> {
    await claimSocket(checkControlPath(path));
    const server = createServer(
      {
        maxHeaderSize: 8192,
        requestTimeout: requestTimeoutMs,
        headersTimeout: requestTimeoutMs,
        connectionsCheckingInterval: Math.min(requestTimeoutMs, MOST_LOOK_EVERY_MS),
      },
      (request, response) => {
        void respond(host, request, response);
      },
    );
    server.maxConnections = MAX_CONNECTIONS;
    await bind(server, path);
    await chmod(path, 0o600);
    return new ControlServer(path, server);
  }

  /** Stops listening, ends what is under way and removes the socket. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

const bind = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const busy = error.code === 'EADDRINUSE';
      const message = busy
        ? `another agent answers at ${path}: stop it, or give this one another --host or --control`
        : `the control socket ${path} cannot be made; give another path with --control`;
      const code = busy ? 'HERALD_CONTROL_BUSY' : 'HERALD_CONTROL_PATH';
      reject(new HeraldError(code, message, { cause: error, details: { path } }));
    };
    server.once('error', refuse);
    // the socket must never be open to others, not even until the chmod; listen() binds before it returns
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', refuse);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });

const respond = async (
  host: ControlledHost,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  try {
    send(response, 200, await answerControl(host, await readRequest(request, gone.signal)));
  } catch (thrown) {
    const error = asHeraldError(thrown, 'HERALD_CONTROL_FAILED', 'the agent failed to answer');
    send(response, STATUS[error.code] ?? 500, {
      code: error.code,
      message: thrown === error ? error.message : `${error.message}: ${String(thrown)}`,
      details: error.details,
    });
  }
};

/** HTTP status of the errors that are the asker's, or of the moment; any other is 500. */
const STATUS: Readonly<Record<string, number>> = {
  HERALD_CONTROL_REQUEST: 400,
  HERALD_ANNOUNCE_TIMING: 400,
  HERALD_RECORD_WORDS: 400,
  HERALD_GUEST_UNKNOWN: 404,
  HERALD_NIC_UNKNOWN: 404,
  HERALD_GUEST_AMBIGUOUS: 409,
  HERALD_NIC_AMBIGUOUS: 409,
  HERALD_GUEST_NOT_RUNNING: 409,
  HERALD_HOST_NOT_READY: 503,
};

const send = (response: ServerResponse, status: number, content: unknown): void => {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(content)}\n`);
};

const readRequest = async (request: IncomingMessage, signal: AbortSignal): Promise<ControlRequest> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // not destroyed on return, or a body that is too long could not be answered
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY) {
      throw new HeraldError('HERALD_CONTROL_REQUEST', `the request's body has more than ${MAX_BODY} bytes`);
    }
    chunks.push(chunk);
  }
  const parsed = parseRequest(request, Buffer.concat(chunks).toString('utf8'));
  if (isNestedDeeperThan(MAX_BODY_DEPTH, parsed.body)) {
    throw new HeraldError(
      'HERALD_CONTROL_REQUEST',
      `the request's body is nested more than ${MAX_BODY_DEPTH} deep`,
    );
  }
  return { ...parsed, signal };
};

const parseRequest = (request: IncomingMessage, text: string): Omit<ControlRequest, 'signal'> => {
  try {
    const path =
      (request.url ?? '/')
        .split('?', 1)[0]
        ?.split('/')
        .filter((part) => part !== '') ?? [];
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { method: request.method ?? 'GET', path: path.map(decodeURIComponent), body };
  } catch (error) {
    throw new HeraldError('HERALD_CONTROL_REQUEST', 'the request is no JSON, or its path is malformed', {
      cause: error,
    });
  }
};
