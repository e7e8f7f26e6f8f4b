import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { options, snapshotOf, storeOf, WEB } from '../test/nats-fixture.js';
import { NatsServer, noServer } from '../test/nats-server.js';
import { newUser } from '../test/nats-users.js';

const missing = noServer();
const fileOf = (name: string): string =>
  readFileSync(new URL(`../../../deploy/nats/${name}`, import.meta.url), 'utf8');

const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close();
});

describe.skipIf(missing !== undefined)(
  `servers as deploy/nats has them (${missing ?? 'nats-server'})`,
  () => {
    it.each(['one-server.conf', 'three-servers.conf'])(
      '%s lets the first host make the bucket, and both use it',
      async (name) => {
        const [first, second] = [newUser(), newUser()];
        const users = fileOf('users.conf')
          .replace(/UA{50,}/, first.publicKey)
          .replace(/UB{50,}/, second.publicKey);
        const server = await NatsServer.prepare();
        closing.push(server);
        // elsewhere, and of three the only one
        const text = fileOf(name)
          .replace('0.0.0.0:4222', `127.0.0.1:${server.port}`)
          .replace('/var/lib/nats', server.directory)
          .replace(/cluster \{[\s\S]*?\n\}/, '')
          .replace('include "users.conf"', users);
        await server.configure(text);
        await server.start();
        const stores = await Promise.all(
          [first, second].map(async ({ seed }, at) => {
            const nkey = await server.file(`nkey-${at}`, seed);
            const made = storeOf(`hv-${at + 1}`, { servers: [server.url], nkey, create: at === 0 });
            closing.push(made.store);
            await made.store.start(options);
            return made;
          }),
        );
        const [{ store: a } = never(), { store: b, warnings } = never()] = stores;
        await a.publish(snapshotOf({ host: 'hv-1' }), options);
        await expect
          .poll(
            () =>
              b.publish(snapshotOf({ host: 'hv-2', epoch: 2 }), options).then(
                () => true,
                () => false,
              ),
            { timeout: 10_000 },
          )
          .toBe(true);
        expect(new Set((await a.fetch(WEB, options)).map(({ host }) => host))).toEqual(
          new Set(['hv-1', 'hv-2']),
        );
        expect(warnings.map(({ code }) => code).filter((code) => code === 'HERALD_NATS_REFUSED')).toEqual([]);
      },
    );
  },
);

const never = (): never => {
  throw new Error('no store');
};
