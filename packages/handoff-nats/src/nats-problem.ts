import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import { Outdated } from './bucket.js';

/** What JetStream answers while it has no leader. */
const UNAVAILABLE = 503;
/** JetStream's own code for a value above what the bucket takes. */
const TOO_LARGE = 10_054;

/** What the client library threw while it did something with a bucket, as this package says it. */
export const natsProblem = (thrown: unknown, doing: string, bucket: string): Error => {
  const error = innermost(thrown);
  if (isHeraldError(error) || error instanceof Outdated) return error;
  const problem = (code: HeraldError['code'], why: string): HeraldError =>
    new HeraldError(code, `the hand-off store nats could not ${doing}: ${why}`, {
      details: { store: 'nats', bucket },
      cause: error,
    });
  if (error instanceof errors.PermissionViolationError) {
    return problem(
      'HERALD_NATS_REFUSED',
      `its server does not let this host ${error.operation === 'publish' ? 'write to' : 'listen at'} ${error.subject}. Give its user that permission`,
    );
  }
  if (error instanceof JetStreamApiError) {
    const { code } = error;
    if (
      code === JetStreamApiCodes.StreamWrongLastSequence ||
      code === JetStreamApiCodes.StreamWrongLastSequenceUnknown
    )
      return new Outdated(error.message);
    if (code === TOO_LARGE)
      return problem(
        'HERALD_HANDOFF_TOO_LARGE',
        `the bucket ${bucket} takes no value as large. Raise its limit, or lower maxEntryBytes`,
      );
    if (code === JetStreamApiCodes.StreamNotFound) return noBucket(bucket);
    if (error.status === UNAVAILABLE) return problem('HERALD_HANDOFF_DISCONNECTED', error.message);
    return problem('HERALD_NATS_BUCKET', `${error.message} (JetStream's code ${code})`);
  }
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') return notEnabled(bucket);
  if (/max_payload/.test(messageOf(error)))
    return problem(
      'HERALD_HANDOFF_TOO_LARGE',
      "the server's max_payload is less. Raise it, or lower maxEntryBytes",
    );
  if (error instanceof errors.TimeoutError)
    return problem('HERALD_HANDOFF_DISCONNECTED', 'no answer in time');
  return problem('HERALD_HANDOFF_DISCONNECTED', messageOf(error));
};

/** Why a connection could not be made, or is over. */
export const connectionProblem = (thrown: unknown): HeraldError => {
  const error = innermost(thrown);
  if (isHeraldError(error)) return error;
  const why = messageOf(error);
  const isExpired = error instanceof errors.UserAuthenticationExpiredError;
  if (isExpired || error instanceof errors.AuthorizationError) {
    return new HeraldError(
      'HERALD_NATS_REFUSED',
      `the hand-off store nats is refused by its server: ${isExpired ? 'its credentials have expired' : 'it does not know this host by its credentials, or by none'}. Look at the nkey or the credentials of this host, and at the users of the server`,
      { details: { store: 'nats' }, cause: error },
    );
  }
  if (isTls(error)) {
    return new HeraldError(
      'HERALD_NATS_REFUSED',
      `the hand-off store nats and its server cannot agree on TLS: ${why}. Look at ca, cert and key, and at the certificate of the server`,
      { details: { store: 'nats' }, cause: error },
    );
  }
  return new HeraldError('HERALD_HANDOFF_DISCONNECTED', why === '' ? 'the connection is over' : why, {
    details: { store: 'nats' },
    cause: error,
  });
};

/** There is no such bucket. */
export const noBucket = (bucket: string): HeraldError =>
  new HeraldError(
    'HERALD_NATS_BUCKET',
    `the hand-off store nats has no bucket ${bucket} at its server. Make it: nats kv add ${bucket} --history 1 --ttl 24h, or let an agent that may do it with \`create\``,
    { details: { store: 'nats', bucket } },
  );

/** There is no JetStream, or this account may not use it. */
const notEnabled = (bucket: string): HeraldError =>
  new HeraldError(
    'HERALD_NATS_BUCKET',
    `the hand-off store nats finds no JetStream at its server for the bucket ${bucket}: turn it on there, or wait until the cluster has a leader`,
    { details: { store: 'nats', bucket } },
  );

/** The library wraps what a server says in another error. */
const innermost = (thrown: unknown): unknown => {
  let error = thrown;
  for (
    let depth = 0;
    depth < 5 && error instanceof errors.RequestError && error.cause instanceof Error;
    depth += 1
  ) {
    error = error.cause;
  }
  return error;
};

const isTls = (error: unknown): boolean => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = `${code} ${messageOf(error)}`;
  return /\b(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)|certificate|tls/i.test(text);
};
