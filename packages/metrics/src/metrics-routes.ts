import type { HeraldHost } from '@nic-herald/core';
import { acceptedFormat } from './accepted-format.js';
import type { MetricBook } from './metric-book.js';
import { readinessOf } from './readiness.js';

/** What is asked. */
export interface MetricsRequest {
  readonly method: string;
  /** With its query, if any. */
  readonly url: string;
  readonly accept: string | undefined;
}

/** What is answered. */
export interface MetricsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Who answers. */
export interface MetricsSubject {
  readonly host: Pick<HeraldHost, 'health'>;
  readonly book: Pick<MetricBook, 'render' | 'contentType'>;
}

const text = (status: number, body: string, headers: MetricsAnswer['headers'] = {}): MetricsAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: `${body}\n`,
});

type Route = (request: MetricsRequest, subject: MetricsSubject) => Promise<MetricsAnswer>;

const ROUTES: Readonly<Record<string, Route>> = {
  '/metrics': async ({ accept }, { book }) => {
    const format = acceptedFormat(accept);
    const headers = { 'content-type': book.contentType(format), vary: 'accept', 'cache-control': 'no-store' };
    return { status: 200, headers, body: await book.render(format) };
  },
  // Who has this answer knows that the process is there and that its event loop turns.
  '/healthz': () => Promise.resolve(text(200, 'ok')),
  '/readyz': async (_, { host }) => {
    const readiness = readinessOf(await host.health());
    const headers = { 'content-type': 'application/json' };
    return text(readiness.ready ? 200 : 503, JSON.stringify(readiness), headers);
  },
};

/** Answers `GET` and `HEAD` of `/metrics`, `/healthz` and `/readyz`; 404 for what is none of them, 405 for other methods. */
export const answerMetrics = async (
  request: MetricsRequest,
  subject: MetricsSubject,
): Promise<MetricsAnswer> => {
  const [path = ''] = request.url.split('?', 1);
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (route === undefined) return text(404, `there are ${Object.keys(ROUTES).join(', ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, 'only GET and HEAD are answered', { allow: 'GET, HEAD' });
  }
  return route(request, subject);
};
