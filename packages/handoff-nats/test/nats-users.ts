import { nkeys } from '@nats-io/transport-node';
import { hostPart } from '../src/bucket-keys.js';

/** A user of a server: what its file holds, and how the server knows it. */
export interface NatsUser {
  readonly seed: string;
  readonly publicKey: string;
}

export const newUser = (): NatsUser => {
  const pair = nkeys.createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
};

/** What a host's user may do, as the documentation has it; `writesAs`: the host whose keys it may write. */
export const hostUser = ({ publicKey }: NatsUser, host: string, writesAs = host): string => {
  const bucket = 'nic-herald';
  const publish = [
    `$KV.${bucket}.${hostPart(writesAs)}.>`,
    `$JS.API.STREAM.INFO.KV_${bucket}`,
    `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
    `$JS.API.CONSUMER.CREATE.KV_${bucket}.>`,
    `$JS.API.CONSUMER.DELETE.KV_${bucket}.>`,
    `$JS.FC.KV_${bucket}.>`,
  ];
  const subscribe = [`_INBOX.${hostPart(host)}.>`];
  return `{ nkey: ${publicKey}, permissions: ${JSON.stringify({ publish, subscribe })} }`;
};

/** An operator's user, who may do anything. */
export const operatorUser = ({ publicKey }: NatsUser): string => `{ nkey: ${publicKey} }`;
