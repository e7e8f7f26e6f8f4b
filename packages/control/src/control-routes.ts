import {
  type AnnounceRequest,
  type Guest,
  HeraldError,
  type HeraldHost,
  MAX_NAMED_WORDS,
  type RecordRequest,
} from '@nic-herald/core';
import * as z from 'zod';
import { findGuest } from './find-guest.js';

/** What a control socket needs of the host it answers for. */
export type ControlledHost = Pick<
  HeraldHost,
  'name' | 'bus' | 'guests' | 'inspect' | 'announce' | 'record' | 'describe' | 'reports' | 'stats'
>;

/** One guest in the list that an agent gives. */
export interface GuestSummary {
  readonly host: string;
  readonly identity: Guest['identity'];
  readonly instance: string;
  readonly hypervisor: Guest['hypervisor'];
}

/** A request to an agent. */
export interface ControlRequest {
  readonly method: string;
  /** Decoded parts of the path: `['guests', 'web-1', 'announce']`. */
  readonly path: readonly string[];
  /** The parsed JSON body; `undefined` where there is none. */
  readonly body: unknown;
  /** Aborts when the asker goes away. */
  readonly signal: AbortSignal;
}

const whole = z.int().min(0).optional();
const announceBody = z.strictObject({
  nics: z.array(z.string().max(256)).max(64).optional(),
  timing: z.strictObject({ initialMs: whole, maxMs: whole, rounds: whole, stepMs: whole }).optional(),
});
const recordBody = z.strictObject({
  nic: z.string().max(256).optional(),
  // what a card can have of them, the host says
  words: z
    .array(z.strictObject({ bar: z.int(), offset: z.int(), count: z.int() }))
    .max(MAX_NAMED_WORDS)
    .optional(),
});

/**
 * Answers one request with what is to be sent as JSON. `GET /host`, `GET /reports`, `GET /stats`, `GET /guests`,
 * `GET /guests/:ref`, `POST /guests/:ref/announce`, `POST /guests/:ref/record`. Rejects with a HeraldError: HERALD_CONTROL_REQUEST for what is no request.
 */
export const answerControl = async (
  host: ControlledHost,
  { method, path, body, signal }: ControlRequest,
): Promise<unknown> => {
  const [collection, ref, action, ...more] = path;
  const route = `${method} ${collection ?? ''}${ref === undefined ? '' : '/:ref'}${action === undefined ? '' : `/${action}`}`;
  if (more.length > 0) throw noRoute(method, path);
  switch (route) {
    case 'GET host':
      return host.describe();
    case 'GET reports':
      return host.reports();
    case 'GET stats':
      return host.stats();
    case 'GET guests':
      return host.guests().map((guest) => summaryOf(host.name, guest));
    case 'GET guests/:ref':
      return await host.inspect(findGuest(host.guests(), ref ?? ''));
    case 'POST guests/:ref/announce':
      return await host.announce(findGuest(host.guests(), ref ?? ''), announceRequest(body, signal));
    case 'POST guests/:ref/record':
      return await host.record(findGuest(host.guests(), ref ?? ''), recordRequest(body, signal));
    default:
      throw noRoute(method, path);
  }
};

/** Whom a request asks to watch: `GET /watch` all guests, `GET /guests/:ref/watch` one; `undefined` where it asks for something else. */
export const asksToWatch = ({
  method,
  path,
}: Pick<ControlRequest, 'method' | 'path'>): { readonly guest: string | undefined } | undefined => {
  const [collection, guest, action, ...more] = path;
  if (method !== 'GET' || more.length > 0) return undefined;
  if (collection === 'watch' && guest === undefined) return { guest };
  return collection === 'guests' && action === 'watch' ? { guest } : undefined;
};

const summaryOf = (host: string, { identity, instance, hypervisor }: Guest): GuestSummary => ({
  host,
  identity,
  instance,
  hypervisor: { name: hypervisor.name, version: hypervisor.version },
});

const announceRequest = (body: unknown, signal: AbortSignal): AnnounceRequest => {
  const { nics, timing = {} } = parsedBody(announceBody, 'an announce request', body);
  const given = Object.fromEntries(Object.entries(timing).filter(([, ms]) => ms !== undefined));
  return { signal, timing: given, ...(nics === undefined ? {} : { nics }) };
};

const recordRequest = (body: unknown, signal: AbortSignal): RecordRequest => {
  const { nic, words } = parsedBody(recordBody, 'a record request', body);
  return { signal, ...(nic === undefined ? {} : { nic }), ...(words === undefined ? {} : { words }) };
};

const parsedBody = <Body>(schema: z.ZodType<Body>, what: string, body: unknown): Body => {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HeraldError(
    'HERALD_CONTROL_REQUEST',
    `not ${what}: ${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'invalid'}`,
  );
};

const noRoute = (method: string, path: readonly string[]): HeraldError =>
  new HeraldError(
    'HERALD_CONTROL_REQUEST',
    `the agent knows no ${method.slice(0, 10)} /${path.join('/').slice(0, 80)}; are both of one version?`,
  );
