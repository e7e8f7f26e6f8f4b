import { type Finding, isHeraldError, messageOf } from '@nic-herald/core';
import { aliveKey, hostPart } from './bucket-keys.js';
import type { NatsHandoffSettings } from './nats-handoff-options.js';
import { isOpenToAll } from './nats-secrets.js';
import { type NatsOpened, openNatsBucket } from './open-nats-bucket.js';
import { unlessAborted } from './unless-aborted.js';

/**
 * Whether a server is reached, the bucket is there, and this host may write its own keys and no other's. It writes the key
 * that a running agent of this host writes every second anyway. Where there is no bucket it makes none.
 */
export const diagnoseNats = async (
  settings: NatsHandoffSettings,
  host: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  const secrets = await openSecrets(settings);
  let opened: NatsOpened | undefined;
  try {
    opened = await unlessAborted(openNatsBucket({ ...settings, create: false }, host), signal);
    return [
      ...secrets,
      {
        level: 'ok',
        what: `nats-server ${opened.connection.info?.version ?? ''} answers at ${opened.connection.getServer()}`,
      },
      { level: 'ok', what: bucketIn(opened, settings) },
      ...opened.shortcomings.map(({ code, message }): Finding => ({ level: 'problem', what: message, code })),
      ...(await mayWrite(opened, settings.bucket, host, signal)),
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [...secrets, problem(error)];
  } finally {
    opened?.close();
  }
};

const problem = (error: unknown): Finding => ({
  level: 'problem',
  what:
    isHeraldError(error) && error.code === 'HERALD_HANDOFF_DISCONNECTED'
      ? `no server is reached: ${error.message}`
      : messageOf(error),
  ...(isHeraldError(error) ? { code: error.code } : {}),
});

const openSecrets = async ({ nkey, credentials, key }: NatsHandoffSettings): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  for (const path of [nkey, credentials, key]) {
    if (path === undefined || !(await isOpenToAll(path))) continue;
    findings.push({
      level: 'problem',
      what: `everybody on this machine may read ${path}`,
      advice: `chmod 600 ${path}, and give it to the agent's user`,
      code: 'HERALD_NATS_CREDENTIALS',
    });
  }
  return findings;
};

const bucketIn = ({ info, ttlMs }: NatsOpened, { bucket }: NatsHandoffSettings): string => {
  const { config, state } = info;
  const kept = ttlMs === 0 ? 'for ever' : `for ${Math.round(ttlMs / 60_000)} minutes`;
  const keys = countOf(state.messages, 'key');
  return `the bucket ${bucket} has ${keys} on ${countOf(config.num_replicas, 'server')}, and keeps what is written ${kept}`;
};

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const mayWrite = async (
  { bucket }: NatsOpened,
  name: string,
  host: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  try {
    await bucket.put(aliveKey(host), new Uint8Array(), { signal });
  } catch (error) {
    signal.throwIfAborted();
    return [problem(error)];
  }
  const own: Finding = { level: 'ok', what: `${host} may write its keys, ${hostPart(host)}.>` };
  const other = aliveKey(`${host} of nobody`);
  try {
    await bucket.put(other, new Uint8Array(), { signal });
    await bucket.delete(other, { signal });
  } catch {
    signal.throwIfAborted();
    return [own, { level: 'ok', what: "it may not write another host's" }];
  }
  return [
    own,
    {
      level: 'note',
      what: "it may write every other host's keys as well: a host that is broken into can say what stations any guest has",
      advice: `give the user of each host the permission to publish to its own keys alone: $KV.${name}.${hostPart(host)}.>`,
    },
  ];
};
