import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyOf, options, settingsOf, snapshotOf, WEB } from '../test/nats-fixture.js';
import { NatsServer, noServer } from '../test/nats-server.js';
import { closeAll, closeLater, codes, epochsAt, started, within } from '../test/store-bench.js';
import { entryKey } from './bucket-keys.js';
import type { OpenedBucket } from './bucket-link.js';
import { openNatsBucket } from './open-nats-bucket.js';

const missing = noServer();
const WAIT = { timeout: 15_000, interval: 50 };
let server: NatsServer;
afterEach(closeAll);

/** How many sockets this process has open. */
const openSockets = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // it was that of the list itself
    }
  }).length;

describe.skipIf(missing !== undefined)(
  `a real server (${missing ?? 'nats-server'})`,
  { timeout: 60_000 },
  () => {
    describe('that goes', () => {
      beforeEach(async () => {
        server = closeLater(await NatsServer.started());
      });

      it.each(['SIGTERM', 'SIGKILL'] as const)('and comes back after %s: nothing is lost', async (signal) => {
        const [{ store, warnings }, { store: another }] = [
          await started(server, 'a'),
          await started(server, 'b'),
        ];
        await store.publish(snapshotOf({ epoch: 1 }), options);
        expect(await epochsAt(another)).toEqual([1]);
        await server.stop(signal);
        await expect(store.publish(snapshotOf({ epoch: 2 }), within(4000))).rejects.toMatchObject({
          code: 'HERALD_HANDOFF_DISCONNECTED',
        });
        expect(await epochsAt(another), 'from the copy').toEqual([1]);
        let told = 0;
        another.onConnected(() => {
          told += 1;
        });
        await server.start();
        await expect.poll(() => told, WAIT).toBe(1);
        await expect
          .poll(
            () =>
              store.publish(snapshotOf({ epoch: 3 }), within(1000)).then(
                () => true,
                () => false,
              ),
            WAIT,
          )
          .toBe(true);
        expect(await epochsAt(another)).toEqual([3]);
        await expect
          .poll(() => codes(warnings), WAIT)
          .toEqual(['HERALD_HANDOFF_DISCONNECTED', 'HERALD_HANDOFF_BACK']);
      });

      it('hangs: calls end by their deadlines, and what it held back replaces nothing newer', async () => {
        const [{ store }, { store: another }] = [await started(server, 'a'), await started(server, 'b')];
        await store.publish(snapshotOf({ epoch: 1 }), options);
        expect(await epochsAt(another)).toEqual([1]);
        await server.hang(true);
        await expect(store.publish(snapshotOf({ epoch: 2 }), within(500))).rejects.toThrow();
        expect(await epochsAt(another), 'from the copy').toEqual([1]);
        await pause(4000); // until the connection is given up
        await expect(store.publish(snapshotOf({ epoch: 3 }), within(500))).rejects.toThrow();
        await server.hang(false);
        await expect
          .poll(
            () =>
              store.publish(snapshotOf({ epoch: 4 }), within(1000)).then(
                () => true,
                () => false,
              ),
            WAIT,
          )
          .toBe(true);
        await pause(300);
        expect(await epochsAt(another)).toEqual([4]);
      });

      it('hangs with all that can wait on the way to it: no socket is left behind, and it is used again', async () => {
        const { store } = await started(server, 'a');
        const before = openSockets();
        await server.hang(true);
        const nic = { id: 'n', primaryMac: '52:54:00:00:00:01', model: 'e1000', learned: [] };
        const large = { ...snapshotOf(), nics: [{ ...nic, state: 'x'.repeat(250_000) }] } as never;
        for (let guest = 0; guest < 40; guest += 1) {
          store
            .publish({ ...(large as object), guest: keyOf(`name:${guest}`) } as never, within(1000))
            .catch(() => undefined);
        }
        await pause(14_000);
        expect(openSockets()).toBeLessThanOrEqual(before + 1);
        await server.hang(false);
        await expect
          .poll(
            () =>
              store.publish(snapshotOf({ epoch: 9 }), within(1000)).then(
                () => true,
                () => false,
              ),
            WAIT,
          )
          .toBe(true);
        expect(await epochsAt(store)).toEqual([9]);
      });

      it('is not there at the start: the agent starts, and is told when it is', async () => {
        await server.stop();
        const { store, warnings } = await started(server, 'a');
        await expect(store.fetch(WEB, options)).rejects.toMatchObject({
          code: 'HERALD_HANDOFF_DISCONNECTED',
        });
        const connected = new Promise<void>((resolve) => {
          store.onConnected(resolve);
        });
        await server.start();
        await connected;
        await store.publish(snapshotOf(), options);
        expect(await epochsAt(store)).toEqual([1]);
        await expect
          .poll(() => codes(warnings), WAIT)
          .toEqual(['HERALD_HANDOFF_DISCONNECTED', 'HERALD_HANDOFF_BACK']);
      });

      it('forgets its consumers without a word: another watch takes the place of the silent one', async () => {
        const [{ store }, { store: another }] = [await started(server, 'a'), await started(server, 'b')];
        let told = 0;
        another.watch(WEB, () => {
          told += 1;
        });
        const connection = await connect({ servers: server.url });
        closeLater(connection);
        const manager = await jetstreamManager(connection);
        for await (const { name } of manager.consumers.list('KV_nic-herald')) {
          await manager.consumers.delete('KV_nic-herald', name);
        }
        const before = told;
        await store.publish(snapshotOf({ epoch: 7 }), options);
        expect(await epochsAt(another), 'from the bucket').toEqual([7]);
        await expect.poll(() => told, WAIT).toBeGreaterThan(before);
        await store.publish(snapshotOf({ epoch: 8 }), options);
        expect(await epochsAt(another)).toEqual([8]);
      });
    });

    describe('with what is no good', () => {
      let raw: OpenedBucket;
      beforeEach(async () => {
        server = closeLater(await NatsServer.started());
        raw = closeLater(await openNatsBucket(settingsOf({ servers: [server.url] }), 'x'));
      });

      it.each<[string, string, string]>([
        ['no JSON', '{"format":1,', 'HERALD_HANDOFF_UNREADABLE'],
        ['no snapshot', '{}', 'HERALD_SNAPSHOT_INVALID'],
        ["another host's", JSON.stringify(snapshotOf({ host: 'b' })), 'HERALD_HANDOFF_MISMATCH'],
        ['more than is read', ' '.repeat(300 * 1024), 'HERALD_HANDOFF_TOO_LARGE'],
        ['nothing', '', 'HERALD_HANDOFF_UNREADABLE'],
      ])('under the key of an entry: %s, and it hides no other', async (_, text, code) => {
        const { store } = await started(server, 'b', { maxEntryBytes: 256 * 1024 });
        await store.publish(snapshotOf({ host: 'b', epoch: 5 }), options);
        const { bucket } = closeLater(
          await openNatsBucket(settingsOf({ servers: [server.url], bucket: 'nic-herald' }), 'x'),
        );
        const put = bucket.put(entryKey(WEB, 'a'), new TextEncoder().encode(text), options);
        if (code === 'HERALD_HANDOFF_TOO_LARGE') {
          await expect(put).rejects.toMatchObject({ code }); // by the bucket's own limit
          return;
        }
        await put;
        expect(new Set(await epochsAt(store))).toEqual(new Set([code, 5]));
        expect((await store.ofHost('a', options)).length).toBe(0);
      });

      it('a value that the bucket takes and we do not', async () => {
        const { store } = await started(server, 'b', { maxEntryBytes: 4096 });
        await raw.bucket.put(entryKey(WEB, 'a'), new TextEncoder().encode(' '.repeat(5000)), options);
        expect(await epochsAt(store)).toEqual(['HERALD_HANDOFF_TOO_LARGE']);
      });

      it('keys that are nobody’s', async () => {
        const { store } = await started(server, 'b');
        for (const key of [
          'x',
          'a.entry',
          'a.entry.name=3Aweb.more',
          'a=2.entry.name=3Aweb',
          'a.note.name=3Aweb',
          'a.alive.b',
        ]) {
          await raw.bucket.put(key, new TextEncoder().encode('{'), options);
        }
        await store.publish(snapshotOf({ host: 'b' }), options);
        expect(await epochsAt(store)).toEqual([1]);
        expect(await store.notes.read(WEB, options)).toEqual([]);
      });
    });
  },
);
