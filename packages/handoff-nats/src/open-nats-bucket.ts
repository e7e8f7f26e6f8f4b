import { JetStreamApiCodes, JetStreamApiError, jetstream, type StreamInfo } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { HeraldError, NOTE_KEPT_MS } from '@nic-herald/core';
import { hostPart } from './bucket-keys.js';
import type { OpenedBucket } from './bucket-link.js';
import { connectGuarded } from './guarded-transport.js';
import { NatsBucket, streamOf } from './nats-bucket.js';
import type { NatsHandoffSettings } from './nats-handoff-options.js';
import { connectionProblem, natsProblem, noBucket } from './nats-problem.js';
import { readSecrets } from './nats-secrets.js';

/** How long a server may take to take the connection, ms. */
const CONNECT_MS = 2000;
/** A server that answers no question for so long and once more is given up, ms. */
const PING_EVERY_MS = 1000;
/** How long a call may take that was not ended before, ms: less than a host gives a store. */
const CALL_MS = 3000;
/** What a message has around its value, bytes, generously. */
const AROUND_BYTES = 2048;
/** A bucket that forgets sooner loses notes, ms. */
const LEAST_TTL_MS = 2 * NOTE_KEPT_MS;
/** How long a bucket that is made keeps what is not written again, ms. */
const USUAL_TTL_MS = 24 * 3600 * 1000;

/** A connection, and what is there. */
export interface NatsOpened extends OpenedBucket {
  readonly connection: NatsConnection;
  readonly info: StreamInfo;
}

/**
 * Connects to one of the servers and opens the bucket. Rejects with HERALD_NATS_CREDENTIALS, HERALD_NATS_REFUSED,
 * HERALD_NATS_BUCKET or HERALD_HANDOFF_DISCONNECTED. A connection that breaks is not mended: another is made, with what
 * stands in the files then. So nothing waits in it to be sent.
 */
export const openNatsBucket = async (settings: NatsHandoffSettings, host: string): Promise<NatsOpened> => {
  const connection = await connected(settings, host);
  try {
    return await opened(connection, settings, inboxOf(host));
  } catch (error) {
    void connection.close().catch(() => undefined);
    throw natsProblem(error, `open the bucket ${settings.bucket}`, settings.bucket);
  }
};

const connected = async (settings: NatsHandoffSettings, host: string): Promise<NatsConnection> => {
  const secrets = await readSecrets(settings);
  try {
    return await connectGuarded({
      servers: [...settings.servers],
      name: `nic-herald on ${host}`,

      inboxPrefix: inboxOf(host),
      reconnect: false,
      ignoreClusterUpdates: true,
      noAsyncTraces: true,
      timeout: CONNECT_MS,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
      ...secrets,
    });
  } catch (error) {
    throw connectionProblem(error);
  }
};

const opened = async (
  connection: NatsConnection,
  settings: NatsHandoffSettings,
  inbox: string,
): Promise<NatsOpened> => {
  const { bucket: name } = settings;
  const client = jetstream(connection, {
    timeout: CALL_MS,
    checkAPI: false, // a host need not be allowed to ask for the limits of its account
    watcherPrefix: inbox,
  });
  const manager = await client.jetstreamManager();
  const kvm = new Kvm(client);
  const there = async (): Promise<StreamInfo | undefined> => {
    try {
      return await manager.streams.info(streamOf(name));
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
        return undefined;
      throw error;
    }
  };
  let info = await there();
  if (info === undefined && settings.create) {
    await kvm.create(name, {
      description: 'what hosts of nic-herald hand each other',
      history: 1,
      ttl: USUAL_TTL_MS,
      replicas: settings.replicas,
      maxValueSize: settings.maxEntryBytes + AROUND_BYTES,
    });
    info = await there();
  }
  if (info === undefined) throw noBucket(name);
  const kv = await kvm.open(name);
  return {
    connection,
    info,
    bucket: new NatsBucket(name, kv, manager),
    ttlMs: Math.round(info.config.max_age / 1e6),
    shortcomings: shortcomings(info, connection, settings),
    closed: connection
      .closed()
      .then((error) => connectionProblem(error ?? new Error('the connection is over'))),
    close: () => void connection.close().catch(() => undefined),
  };
};

/** What the bucket or its server lack for what hosts put there, as one problem, if any. */
const shortcomings = (
  { config }: StreamInfo,
  { info }: NatsConnection,
  { bucket, maxEntryBytes }: NatsHandoffSettings,
): readonly HeraldError[] => {
  const wanted = maxEntryBytes + AROUND_BYTES;
  const takes = Math.min(...[config.max_msg_size, info?.max_payload ?? 0].filter((most) => most > 0));
  const ttlMs = config.max_age / 1e6;
  const lacks = [
    takes < wanted
      ? `takes values of ${takes} bytes, ${wanted} are wanted: raise its limit and the server's max_payload, or lower maxEntryBytes`
      : '',
    ttlMs > 0 && ttlMs < LEAST_TTL_MS
      ? `forgets after ${Math.round(ttlMs / 1000)} s what is not written again, before notes have been read: make its ttl 24h`
      : '',
  ].filter((lack) => lack !== '');
  if (lacks.length === 0) return [];
  const message = `the bucket ${bucket} of the hand-off store nats ${lacks.join('; and it ')}`;
  return [new HeraldError('HERALD_NATS_BUCKET', message, { details: { store: 'nats', bucket } })];
};

/** Where a host is answered: answers to one are not for another's ears. */
const inboxOf = (host: string): string => `_INBOX.${hostPart(host)}`;
