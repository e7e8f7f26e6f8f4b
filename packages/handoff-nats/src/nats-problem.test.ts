import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { HeraldError } from '@nic-herald/core';
import { expect, it } from 'vitest';
import { Outdated } from './bucket.js';
import { connectionProblem, natsProblem } from './nats-problem.js';

const api = (code: number, errCode: number): Error =>
  new JetStreamApiError({ code, err_code: errCode, description: 'words of the server' });
const wrapped = (cause: Error): Error => new errors.RequestError('wrapped', { cause });

it.each<[string, unknown, string, RegExp]>([
  ['ours', new HeraldError('HERALD_TEST', 'as it was'), 'HERALD_TEST', /^as it was$/],
  [
    'a right that is missing',
    wrapped(new errors.PermissionViolationError('no', 'publish', '$KV.b.other.entry.g')),
    'HERALD_NATS_REFUSED',
    /could not write: its server does not let this host write to \$KV\.b\.other\.entry\.g/,
  ],
  [
    'a bucket that is gone',
    api(404, 10_059),
    'HERALD_NATS_BUCKET',
    /has no bucket b at its server\. Make it/,
  ],
  [
    'a value too large for the bucket',
    api(400, 10_054),
    'HERALD_HANDOFF_TOO_LARGE',
    /takes no value as large/,
  ],
  [
    'a value too large for the server',
    new Error('max_payload exceeded'),
    'HERALD_HANDOFF_TOO_LARGE',
    /max_payload/,
  ],
  ['no leader', api(503, 10_008), 'HERALD_HANDOFF_DISCONNECTED', /words of the server/],
  [
    'anything else of JetStream',
    api(500, 1),
    'HERALD_NATS_BUCKET',
    /words of the server \(JetStream's code 1\)/,
  ],
  ['no answer', new errors.TimeoutError(), 'HERALD_HANDOFF_DISCONNECTED', /no answer in time/],
  ['no connection', new errors.ClosedConnectionError(), 'HERALD_HANDOFF_DISCONNECTED', /closed/],
  ['nonsense', 7, 'HERALD_HANDOFF_DISCONNECTED', /7/],
])('of a bucket: %s', (_, thrown, code, message) => {
  expect(natsProblem(thrown, 'write', 'b')).toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

it('of a bucket: a key that has another revision', () => {
  expect(natsProblem(api(400, 10_071), 'write', 'b')).toBeInstanceOf(Outdated);
});

const tls = (code: string): Error => Object.assign(new Error('it is not right'), { code });

it.each<[string, unknown, string, RegExp]>([
  [
    'one that is not known',
    new errors.AuthorizationError('no'),
    'HERALD_NATS_REFUSED',
    /does not know this host/,
  ],
  [
    'one that has expired',
    new errors.UserAuthenticationExpiredError('no'),
    'HERALD_NATS_REFUSED',
    /have expired/,
  ],
  [
    'a certificate',
    tls('DEPTH_ZERO_SELF_SIGNED_CERT'),
    'HERALD_NATS_REFUSED',
    /cannot agree on TLS: it is not right/,
  ],
  [
    'a TLS alert',
    tls('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    'HERALD_NATS_REFUSED',
    /cannot agree on TLS/,
  ],
  [
    'no server there',
    new errors.ConnectionError('connection refused'),
    'HERALD_HANDOFF_DISCONNECTED',
    /^connection refused$/,
  ],
  ['nothing said', new Error(''), 'HERALD_HANDOFF_DISCONNECTED', /the connection is over/],
])('of a connection: %s', (_, thrown, code, message) => {
  expect(connectionProblem(thrown)).toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});
