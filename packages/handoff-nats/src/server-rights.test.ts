import { setTimeout as pause } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { options, settingsOf, snapshotOf, WEB } from '../test/nats-fixture.js';
import { NatsServer, noServer } from '../test/nats-server.js';
import { hostUser, newUser, operatorUser } from '../test/nats-users.js';
import { closeAll, closeLater, codes, epochsAt, started, within } from '../test/store-bench.js';
import { diagnoseNats } from './diagnose-nats.js';
import { openNatsBucket } from './open-nats-bucket.js';

const missing = noServer();
let server: NatsServer;
afterEach(closeAll);

describe.skipIf(missing !== undefined)(
  `a real server (${missing ?? 'nats-server'})`,
  { timeout: 60_000 },
  () => {
    describe('that knows its hosts', () => {
      const [operator, a, b, c, stranger] = [newUser(), newUser(), newUser(), newUser(), newUser()];
      const HOST_B = 'b.example.net > *';
      const withKey = async (seed: string, name: string) => ({
        create: false,
        nkey: await server.file(name, `${seed}\n`),
      });

      beforeEach(async () => {
        server = closeLater(
          await NatsServer.started(
            `users: [ ${operatorUser(operator)}, ${hostUser(a, 'a')}, ${hostUser(b, HOST_B)}, ${hostUser(c, 'c', 'd')} ]`,
          ),
        );
        const made = await openNatsBucket(
          settingsOf({ servers: [server.url], nkey: await server.file('operator', operator.seed) }),
          'operator',
        );
        made.close();
      });

      it('a host writes its own keys, whatever it is called, and reads all', async () => {
        const { store: first } = await started(server, 'a', await withKey(a.seed, 'a'));
        const { store: second, warnings } = await started(server, HOST_B, await withKey(b.seed, 'b'));
        await first.publish(snapshotOf({ host: 'a', epoch: 1 }), options);
        await second.publish(snapshotOf({ host: HOST_B, epoch: 2 }), options);
        await second.notes.put(WEB, { host: HOST_B, kind: 'seen', writtenAt: 1.5, body: 1 }, options);
        expect(new Set(await epochsAt(first))).toEqual(new Set([1, 2]));
        expect(await first.notes.read(WEB, options)).toHaveLength(1);
        await second.remove(WEB, HOST_B, options);
        expect(await epochsAt(first)).toEqual([1]);
        expect(warnings).toEqual([]);
      });

      it("a host cannot write another's", async () => {
        const { store } = await started(server, 'a', await withKey(a.seed, 'a'));
        await expect(store.publish(snapshotOf({ host: 'other' }), within(4000))).rejects.toMatchObject({
          code: 'HERALD_NATS_REFUSED',
          message: expect.stringMatching(/other\.entry\.name=3Aweb/) as string,
        });
        await store.publish(snapshotOf({ host: 'a' }), options);
        expect(await epochsAt(store)).toEqual([1]);
      });

      it('a host that may not write its own keys reads all the same, and says so once', async () => {
        const { store: first } = await started(server, 'a', await withKey(a.seed, 'a'));
        await first.publish(snapshotOf({ host: 'a', epoch: 6 }), options);
        const { store, warnings } = await started(server, 'c', await withKey(c.seed, 'c'));
        expect(await epochsAt(store)).toEqual([6]);
        await pause(4000);
        expect(codes(warnings)).toEqual(['HERALD_NATS_REFUSED']);
      });

      it.each([
        [
          'an nkey that it does not know',
          async () => withKey(stranger.seed, 'stranger'),
          'HERALD_NATS_REFUSED',
        ],
        ['no credentials', async () => ({ create: false }), 'HERALD_NATS_REFUSED'],
        ['a file that is not there', async () => ({ nkey: '/nowhere/at/all' }), 'HERALD_NATS_CREDENTIALS'],
        ['a file with something else', async () => withKey('SUNOSEED', 'x'), 'HERALD_NATS_CREDENTIALS'],
      ])('%s: one warning, and no secret in it', async (_, settings, code) => {
        const over = await settings();
        const { store, warnings } = await started(server, 'a', over);
        await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject({ code });
        await pause(500);
        expect(codes(warnings)).toEqual([code]);
        expect(JSON.stringify(warnings.map(({ message, details }) => [message, details]))).not.toMatch(
          /SU[A-Z0-9]{8}/,
        );
      });

      it('doctor says what is so', async () => {
        const look = async (over: object, host = 'a') =>
          (
            await diagnoseNats(
              settingsOf({ servers: [server.url], create: false, ...over }),
              host,
              AbortSignal.timeout(5000),
            )
          ).map(({ level, what, code }) => [level, code ?? what]);
        expect(await look(await withKey(a.seed, 'a'))).toEqual([
          ['ok', expect.stringMatching(/^nats-server 2\..* answers at 127/)],
          [
            'ok',
            expect.stringMatching(
              /^the bucket nic-herald has \d+ keys? on 1 server, and keeps what is written for 1440 minutes$/,
            ),
          ],
          ['ok', 'a may write its keys, a.>'],
          ['ok', "it may not write another host's"],
        ]);
        expect((await look(await withKey(operator.seed, 'o'))).at(-1)?.[0]).toBe('note');
        expect((await look(await withKey(a.seed, 'a'), 'b')).at(-1)).toEqual([
          'problem',
          'HERALD_NATS_REFUSED',
        ]);
        expect(await look({ ...(await withKey(operator.seed, 'o')), bucket: 'none' })).toEqual([
          ['problem', 'HERALD_NATS_BUCKET'],
        ]);
        expect(await look({ servers: ['nats://127.0.0.1:1'] })).toEqual([
          ['problem', 'HERALD_HANDOFF_DISCONNECTED'],
        ]);
      });
    });

    describe('that speaks TLS', () => {
      let files: Readonly<Record<'ca' | 'cert' | 'key', string>>;
      beforeEach(async () => {
        server = closeLater(await NatsServer.prepare());
        files = server.certificate();
        await server.start(
          `tls { cert_file: "${files.cert}", key_file: "${files.key}", ca_file: "${files.ca}", verify: true }`,
        );
      });

      it.each<[string, () => object, string | undefined]>([
        ['whom both know', () => files, undefined],
        ['whom the server cannot know', () => ({ ca: files.ca }), 'HERALD_NATS_REFUSED'],
        ['who cannot know the server', () => ({ cert: files.cert, key: files.key }), 'HERALD_NATS_REFUSED'],
      ])('to a host %s', async (_, over, code) => {
        const { store, warnings } = await started(server, 'a', {
          servers: [server.url.replace('nats:', 'tls:')],
          ...over(),
        });
        if (code === undefined) await store.publish(snapshotOf(), options);
        else await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject({ code });
        expect(codes(warnings)).toEqual(code === undefined ? [] : [code]);
      });
    });

    it('a bucket that takes too little and forgets too soon is used, and told once', async () => {
      server = closeLater(await NatsServer.started());
      const connection = await connect({ servers: server.url });
      closeLater(connection);
      await new Kvm(connection).create('nic-herald', { ttl: 60_000, maxValueSize: 8192 });
      const { store, warnings } = await started(server, 'a');
      await store.publish(snapshotOf(), options);
      expect(warnings).toMatchObject([
        {
          code: 'HERALD_NATS_BUCKET',
          message: expect.stringMatching(
            /takes values of 8192 bytes, 264192 are wanted.* forgets after 60 s/,
          ) as string,
        },
      ]);
    });

    it('a bucket that is missing is told once, and used when it is made', async () => {
      server = closeLater(await NatsServer.started());
      const { store, warnings } = await started(server, 'a', { create: false });
      await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject({
        code: 'HERALD_NATS_BUCKET',
      });
      closeLater(await openNatsBucket(settingsOf({ servers: [server.url] }), 'x'));
      await expect
        .poll(() => codes(warnings), { timeout: 20_000 })
        .toEqual(['HERALD_NATS_BUCKET', 'HERALD_HANDOFF_BACK']);
      await store.publish(snapshotOf(), options);
    });
  },
);
