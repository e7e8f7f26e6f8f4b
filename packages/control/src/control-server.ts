import type { IncomingMessage, ServerResponse } from 'node:http';
import { asHeraldError, type Clock, HeraldError, isNestedDeeperThan } from '@nic-herald/core';
import { LocalServer } from '@nic-herald/local-http';
import { CONTROL_PURPOSE } from './control-purpose.js';
import { answerControl, asksToWatch, type ControlledHost, type ControlRequest } from './control-routes.js';
import { Watchers } from './watchers.js';

const MAX_BODY = 65_536;
/** The deepest request is `{"timing":{}}`. */
const MAX_BODY_DEPTH = 8;
const MAX_CONNECTIONS = 32;
/** How long a request may take to come in, ms. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How a control socket is served. */
export interface ControlServing {
  readonly clock: Pick<Clock, 'now' | 'setTimer'>;
  /** How long a request may take to come in, ms; default 10 000. */
  readonly requestMs?: number;
}

/**
 * HTTP over a unix socket that only its owner may open, for `inspect`, `announce`, `record` and `watch`. Requests and their
 * bodies are bounded; a bad one is answered, never fatal.
 */
export class ControlServer {
  private constructor(
    readonly path: string,
    private readonly server: LocalServer,
    private readonly watchers: Watchers,
  ) {}

  /** Rejects with HERALD_CONTROL_BUSY, HERALD_CONTROL_PATH or HERALD_CONTROL_DIRECTORY. */
  static async listen(
    path: string,
    host: ControlledHost,
    { clock, requestMs = REQUEST_TIMEOUT_MS }: ControlServing,
  ): Promise<ControlServer> {
    const limits = { connections: MAX_CONNECTIONS, requestMs };
    const place = { socket: path, mode: 0o600 };
    const watchers = new Watchers(host, clock);
    const server = await LocalServer.listen(place, CONTROL_PURPOSE, limits, (request, response) => {
      void respond(host, watchers, request, response);
    });
    return new ControlServer(path, server, watchers);
  }

  /** Stops listening, ends what is under way and removes the socket. */
  close(): Promise<void> {
    this.watchers.close();
    return this.server.close();
  }
}

const respond = async (
  host: ControlledHost,
  watchers: Watchers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  try {
    const asked = await readRequest(request, gone.signal);
    const watch = asksToWatch(asked);
    if (watch === undefined) send(response, 200, await answerControl(host, asked));
    else watchers.admit(response, watch.guest);
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
  HERALD_WATCH_FULL: 503,
};

const send = (response: ServerResponse, status: number, content: unknown): void => {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
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
