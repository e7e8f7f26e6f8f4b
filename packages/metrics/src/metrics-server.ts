import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '@nic-herald/core';
import { type LocalPlace, type LocalPurpose, LocalServer } from '@nic-herald/local-http';
import { answerMetrics, type MetricsSubject } from './metrics-routes.js';

/** Some scrapers, some people, and no more. */
const CONNECTIONS = 32;
/** How long a request may take to come in, and a connection may stand without a byte, ms. */
const PATIENCE_MS = 10_000;

const PURPOSE: LocalPurpose = {
  what: 'the place of the metrics',
  rival: 'another process',
  option: 'metrics.listen or metrics.socket',
  codes: {
    busy: 'HERALD_METRICS_BUSY',
    path: 'HERALD_METRICS_PLACE',
    directory: 'HERALD_METRICS_DIRECTORY',
  },
};

/**
 * Answers scrapes at a place of this machine. Rejects with HERALD_METRICS_BUSY, HERALD_METRICS_PLACE or
 * HERALD_METRICS_DIRECTORY.
 */
export const serveMetrics = (
  place: LocalPlace,
  subject: MetricsSubject,
  patienceMs: number = PATIENCE_MS,
): Promise<LocalServer> => {
  const limits = { connections: CONNECTIONS, requestMs: patienceMs, idleMs: patienceMs };
  return LocalServer.listen(place, PURPOSE, limits, (request, response) => {
    void respond(request, response, subject);
  });
};

/** A body that comes along is not read: the connection ends with the answer. */
const respond = async (
  request: IncomingMessage,
  response: ServerResponse,
  subject: MetricsSubject,
): Promise<void> => {
  response.on('error', () => undefined); // who asked is gone
  const { method = 'GET', url = '/' } = request;
  let answer: Awaited<ReturnType<typeof answerMetrics>>;
  try {
    answer = await answerMetrics({ method, url, accept: request.headers.accept }, subject);
  } catch (error) {
    answer = { status: 500, headers: { 'content-type': 'text/plain' }, body: `${messageOf(error)}\n` };
  }
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(method === 'HEAD' ? undefined : answer.body);
};
