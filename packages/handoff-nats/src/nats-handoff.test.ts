import { HeraldError } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeBucket } from '../test/fake-bucket.js';
import { options, snapshotOf, WEB } from '../test/nats-fixture.js';
import { entryKey } from './bucket-keys.js';
import type { OpenedBucket } from './bucket-link.js';
import { NatsHandoff } from './nats-handoff.js';

const bytesOf = (epoch: number, host = 'b'): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(snapshotOf({ host, epoch })));
const B = entryKey(WEB, 'b');

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

/** A store of host a and its bucket, in which b has an entry of epoch 1. */
const bench = async (shortcomings: readonly HeraldError[] = []) => {
  const clock = new FakeClock();
  const bucket = new FakeBucket(() => clock.now());
  bucket.write(B, undefined, bytesOf(1));
  const warnings: string[] = [];
  let isThere = true;
  let lose = (_: HeraldError): void => undefined;
  const open = async (): Promise<OpenedBucket> => {
    if (!isThere) throw new Error('no route');
    const closed = new Promise<HeraldError>((resolve) => {
      lose = resolve;
    });
    return { bucket, ttlMs: 0, shortcomings, closed, close: () => undefined };
  };
  const store = new NatsHandoff({
    clock,
    bounds: { maxEntries: 10, maxEntryBytes: 4096 },
    aliveKey: 'a.alive',
    open,
    warn: ({ code }) => warnings.push(code),
  });
  close = () => store.close();
  const starting = store.start(options);
  await clock.advance(0);
  await starting;
  /** What is asked for, with the time that it takes. */
  const asked = async <T>(work: Promise<T>): Promise<T> => {
    const ended = work.then(
      (value) => () => value,
      (error: Error) => () => {
        throw error;
      },
    );
    let outcome: (() => T) | undefined;
    void ended.then((it) => {
      outcome = it;
    });
    await clock.advanceUntil(() => outcome !== undefined, 10_000);
    return (await ended)();
  };
  const epochs = async () =>
    (await asked(store.fetch(WEB, options))).map((entry) =>
      'snapshot' in entry ? entry.snapshot.epoch : -1,
    );
  return {
    ...{ clock, bucket, store, warnings, asked, epochs },
    leave: () => {
      isThere = false;
      lose(new HeraldError('HERALD_HANDOFF_DISCONNECTED', 'reset'));
    },
    comeBack: () => {
      isThere = true;
    },
  };
};
const DISCONNECTED = { code: 'HERALD_HANDOFF_DISCONNECTED' };

describe('reads', () => {
  it('come from the copy where it has heard all', async () => {
    const { bucket, epochs } = await bench();
    bucket.calls.length = 0;
    expect(await epochs()).toEqual([1]);
    expect(bucket.calls).toEqual(['lastRevision']);
  });

  it('come from the bucket where the copy is behind, and another watch is opened where it was silent', async () => {
    const { bucket, clock, epochs } = await bench();
    const opened = () => bucket.calls.filter((call) => call === 'watch').length;
    bucket.silence();
    bucket.write(B, undefined, bytesOf(2));
    expect(await epochs()).toEqual([2]);
    expect(opened(), 'it may be slow').toBe(1);
    await clock.advance(1000);
    bucket.write(entryKey(WEB, 'c'), undefined, bytesOf(7, 'c'));
    expect(await epochs()).toEqual([2, 7]);
    await clock.advance(0);
    expect(opened()).toBe(2);
    bucket.calls.length = 0;
    expect(await epochs()).toEqual([2, 7]);
    expect(bucket.calls).toEqual(['lastRevision']);
  });

  it('come from the copy alone where the leader does not answer, for a minute', async () => {
    const { bucket, clock, epochs } = await bench();
    for (const member of ['lastRevision', 'put', 'watch', 'get', 'keys'] as const)
      bucket.instead.set(member, bucket.hangs);
    bucket.isSilent = true;
    expect(await epochs()).toEqual([1]);
    await clock.advance(50_000);
    expect(await epochs()).toEqual([1]);
    await clock.advance(11_000);
    await expect(epochs()).rejects.toMatchObject(DISCONNECTED);
  });

  it('come from the copy alone while the server is away, for a minute, and then fail', async () => {
    const { clock, epochs, leave, store, asked, warnings } = await bench();
    leave();
    await clock.advance(59_000);
    expect(await epochs()).toEqual([1]);
    expect(await asked(store.ofHost('b', options))).toHaveLength(1);
    expect(await asked(store.notes.read(WEB, options))).toEqual([]);
    await clock.advance(2000);
    await expect(epochs()).rejects.toMatchObject(DISCONNECTED);
    await expect(asked(store.ofHost('b', options))).rejects.toMatchObject(DISCONNECTED);
    expect(warnings, 'one for all tries').toEqual(['HERALD_HANDOFF_DISCONNECTED']);
  });

  it('of all guests fail where the copy is behind', async () => {
    const { bucket, store, asked } = await bench();
    bucket.instead.set('watch', bucket.hangs);
    bucket.isSilent = true;
    bucket.write(B, undefined, bytesOf(2));
    await expect(asked(store.ofHost('b', options))).rejects.toMatchObject(DISCONNECTED);
    await expect(asked(store.notes.read(WEB, options))).rejects.toMatchObject(DISCONNECTED);
  });
});

it('writes fail while the server is away, and those who failed are told when it is back', async () => {
  const { clock, leave, comeBack, store, warnings } = await bench();
  let connected = 0;
  const stop = store.onConnected(() => {
    connected += 1;
  });
  leave();
  await clock.advance(0);
  await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject(DISCONNECTED);
  await expect(store.remove(WEB, 'a', options)).rejects.toMatchObject(DISCONNECTED);
  comeBack();
  await clock.advance(10_000);
  expect(connected).toBe(1);
  await store.publish(snapshotOf(), options);
  expect(warnings).toEqual(['HERALD_HANDOFF_DISCONNECTED', 'HERALD_HANDOFF_BACK']);
  stop();
});

it('warns every ten minutes of what lasts', async () => {
  const { clock, leave, warnings } = await bench();
  leave();
  await clock.advance(3_000_000);
  expect(warnings).toHaveLength(5);
});

it('says what the bucket lacks, and works', async () => {
  const { epochs, warnings } = await bench([new HeraldError('HERALD_NATS_BUCKET', 'small')]);
  expect(await epochs()).toEqual([1]);
  expect(warnings).toEqual(['HERALD_NATS_BUCKET']);
});

it('watchers hear of their guest alone, and one that throws harms no other', async () => {
  const { bucket, store } = await bench();
  const told: string[] = [];
  store.watch(WEB, () => {
    throw new Error('mine');
  });
  const stop = store.watch(WEB, () => told.push('web'));
  bucket.write(entryKey(snapshotOf().guest, 'c'), undefined, bytesOf(1, 'c'));
  bucket.write('c.entry.name=3Adb', undefined, bytesOf(1, 'c'));
  stop();
  bucket.write(B, undefined, bytesOf(3));
  expect(told).toEqual(['web']);
});

it('leaves no timer behind', async () => {
  const { clock, store } = await bench();
  await store.close();
  expect(clock.pending).toBe(0);
  await expect(store.fetch(WEB, options)).rejects.toMatchObject(DISCONNECTED);
});
