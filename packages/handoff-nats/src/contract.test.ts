import { handoffStoreContract, testContract } from '@nic-herald/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { options, settingsOf, storeOf } from '../test/nats-fixture.js';
import { NatsServer, noServer } from '../test/nats-server.js';
import { entryKey } from './bucket-keys.js';
import { openNatsBucket } from './open-nats-bucket.js';

const missing = noServer();
let server: NatsServer | undefined;
let buckets = 0;

beforeAll(async () => {
  if (missing === undefined) server = await NatsServer.started();
});
afterAll(() => server?.close());

/** Each case has its own bucket. */
const emptyBucket = (): { readonly servers: readonly string[]; readonly bucket: string } => {
  buckets += 1;
  return { servers: [server?.url ?? missing ?? ''], bucket: `case-${buckets}` };
};

const suite = handoffStoreContract({
  open: async () => {
    const settings = emptyBucket();
    const [store, another] = [storeOf('a', settings).store, storeOf('b', settings).store];
    for (const each of [store, another]) await each.start(options);
    return {
      store,
      another,
      spoil: async (guest, host) => {
        const opened = await openNatsBucket(settingsOf(settings), 'c');
        await opened.bucket.put(entryKey(guest, host), new TextEncoder().encode('{"format":1,'), options);
        opened.close();
      },
      close: async () => {
        await Promise.all([store.close(), another.close()]);
      },
    };
  },
  openDisconnected: async () => {
    const alone = await NatsServer.prepare();
    const { store } = storeOf('a', { servers: [alone.url] });
    await store.start(options);
    return {
      store,
      connect: () => alone.start(),
      close: async () => {
        await store.close();
        await alone.close();
      },
    };
  },
  limitMs: 10_000,
});

// a skipped case says why by its name
const cases = suite.cases.map((each) => (missing === undefined ? each : { ...each, skip: missing }));
testContract({ name: suite.name, cases }, { describe, it });
