import type { HandoffStore, Snapshot } from '@nic-herald/core';
import { LIBVIRT_CODES, LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDaemon } from '../../libvirt/test/fake-daemon.js';
import { FakeRefusal } from '../../libvirt/test/fake-refusal.js';
import {
  type Bench,
  domainOf,
  guestOf,
  keyOf,
  MAC,
  openBench,
  options,
  snapshotOf,
  UUID,
  WEB,
} from '../test/handoff-fixture.js';
import { encodeSnapshot } from './encode-snapshot.js';
import { HANDOFF_URI } from './handoff-element.js';

const OTHER = '99999999-2222-4333-8444-555555555555';
const MACS = [MAC] as unknown as Parameters<HandoffStore['ownersOf']>[0];

let bench: Bench | undefined;
const opened = async (...how: Parameters<typeof openBench>): Promise<Bench> => {
  bench = await openBench(...how);
  return bench;
};
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const epochOf = async (store: HandoffStore): Promise<number | undefined> => {
  const [entry] = await store.fetch(WEB, options);
  return entry !== undefined && 'snapshot' in entry ? entry.snapshot.epoch : undefined;
};
/** Puts an element there as another host would have. */
const put = (domain: ReturnType<typeof domainOf>, snapshot: Snapshot): void => {
  domain.metadata.set(HANDOFF_URI, encodeSnapshot(snapshot, domain.uuid).xml);
};

describe('a publish that fails', () => {
  it.each<[string, number, string]>([
    ['for some reason of libvirt', 1, 'HERALD_HANDOFF_WRITE'],
    ['as the job lock was not free', LIBVIRT_CODES.OPERATION_TIMEOUT, 'HERALD_HANDOFF_WRITE'],
    ['as it may not write', LIBVIRT_CODES.OPERATION_DENIED, 'HERALD_HANDOFF_READ_ONLY'],
    ['as access control forbids it', LIBVIRT_CODES.ACCESS_DENIED, 'HERALD_HANDOFF_READ_ONLY'],
  ])('%s says so', async (_, libvirtCode, code) => {
    const { daemon, store } = await opened();
    daemon.answers.setMetadata = () => {
      throw new FakeRefusal(libvirtCode, 'no');
    };
    await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject({ code });
  });

  it.each<[string, (daemon: FakeDaemon) => void]>([
    ['libvirt knows it no more', (daemon) => void daemon.domains.splice(0)],
    [
      'it is only defined now',
      (daemon) => {
        daemon.answers.setMetadata = () => {
          throw new FakeRefusal(LIBVIRT_CODES.OPERATION_INVALID, 'domain is not running');
        };
      },
    ],
    [
      'it stops meanwhile',
      (daemon) => {
        daemon.answers.setMetadata = () => undefined;
        void daemon
          .called('setMetadata')
          .then(() => daemon.lifecycle(domainOf(), LIFECYCLE.STOPPED, LIFECYCLE_DETAIL.STOPPED_MIGRATED));
      },
    ],
  ])('as its domain ended is none: %s', async (_, end) => {
    const { daemon, store, warnings } = await opened();
    end(daemon);
    await store.publish(snapshotOf(), options);
    expect(warnings).toEqual([]);
  });

  it('as libvirt lets it wait holds up no other guest, asks once, and ends with the newest', async () => {
    const { daemon, store } = await opened({ domains: [domainOf(), domainOf(OTHER, 'db')] });
    const usual = daemon.answers.setMetadata;
    let release = (): void => undefined;
    const isFree = new Promise<void>((resolve) => {
      release = resolve;
    });
    daemon.answers.setMetadata = async (args, client) => {
      if (daemon.count('setMetadata') === 1) await isFree;
      return usual?.(args, client);
    };
    const late = { code: 'HERALD_HANDOFF_WRITE', details: { guest: 'web-1', uuid: UUID } };
    await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject(late);
    await expect(store.publish(snapshotOf({ epoch: 2 }), options)).rejects.toMatchObject(late);
    expect(daemon.count('setMetadata')).toBe(1);
    await store.publish(snapshotOf({ guest: keyOf(OTHER) }), options);
    const [third, newest] = [3, 4].map((epoch) => store.publish(snapshotOf({ epoch }), options));
    release();
    await Promise.all([third, newest]);
    expect(daemon.count('setMetadata')).toBe(3);
    expect(await epochOf(store)).toBe(4);
  });

  it('is given up by its signal', async () => {
    const { daemon, store } = await opened();
    daemon.answers.setMetadata = () => undefined;
    const abort = new AbortController();
    const published = store.publish(snapshotOf(), abort);
    await daemon.called('setMetadata');
    abort.abort(new Error('enough'));
    await expect(published).rejects.toThrow('enough');
  });

  it('as the connection is lost says so at once', async () => {
    const { daemon, store } = await opened({ settings: { setTimeoutMs: 4000 } });
    daemon.answers.setMetadata = () => undefined;
    const published = [1, 2].map((epoch) => store.publish(snapshotOf({ epoch }), options));
    await daemon.called('setMetadata');
    const ended = Promise.allSettled(published);
    daemon.disconnect();
    expect(await ended).toMatchObject([
      { reason: { code: 'HERALD_LIBVIRT_DISCONNECTED' } },
      { reason: { code: 'HERALD_LIBVIRT_DISCONNECTED' } },
    ]);
  });
});

describe('a daemon that goes', () => {
  it('is told of, looked for, and asked anew', async () => {
    const domain = domainOf();
    const { daemon, path, store, warnings } = await opened({ domains: [domain] });
    put(domain, snapshotOf());
    expect(await epochOf(store)).toBe(1);
    let isBack = 0;
    store.onConnected(() => {
      isBack += 1;
    });
    await daemon.close();
    await expect.poll(() => warnings.map(({ code }) => code)).toContain('HERALD_LIBVIRT_DISCONNECTED');
    await expect(store.fetch(WEB, options)).rejects.toMatchObject({ code: 'HERALD_HANDOFF_DISCONNECTED' });
    await expect(store.claim(guestOf({ uuid: UUID }), options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_DISCONNECTED',
    });
    put(domain, snapshotOf({ epoch: 5 }));
    const next = await FakeDaemon.listen(path, (each) => each.domains.push(domain));
    await expect.poll(() => isBack, { timeout: 4000 }).toBe(1);
    expect(await epochOf(store)).toBe(5);
    await store.close();
    await next.close();
  });

  it('or does not tell of its domains is no reason not to start', async () => {
    const { store, warnings } = await opened({
      setUp: ({ answers }) => {
        answers.hear = () => {
          throw new FakeRefusal(LIBVIRT_CODES.ACCESS_DENIED, 'access denied');
        };
      },
    });
    expect(warnings).toMatchObject([{ code: 'HERALD_LIBVIRT_REFUSED' }]);
    await expect(store.ownersOf(MACS, options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_DISCONNECTED',
      message: expect.stringContaining('access denied') as string,
    });
  });
});

describe('a read-only connection', () => {
  it('reads, and refuses to write before anything is asked', async () => {
    const domain = domainOf();
    const { daemon, store } = await opened({ domains: [domain], socket: 'libvirt-sock-ro' });
    put(domain, snapshotOf());
    expect(await epochOf(store)).toBe(1);
    const refused = { code: 'HERALD_HANDOFF_READ_ONLY' };
    await expect(store.publish(snapshotOf({ epoch: 2 }), options)).rejects.toMatchObject(refused);
    await expect(store.remove(WEB, 'A', options)).rejects.toMatchObject(refused);
    expect(daemon.count('setMetadata')).toBe(0);
  });

  it('is taken where this process may not use the other', async () => {
    const { daemon, path, store, warnings } = await opened({
      setUp: (each) => {
        each.authMethods = [2];
      },
    });
    expect(warnings).toMatchObject([{ code: 'HERALD_LIBVIRT_AUTH' }, { code: 'HERALD_LIBVIRT_CONNECT' }]);
    const reading = await FakeDaemon.listen(`${path}-ro`, (each) => each.domains.push(...daemon.domains));
    await expect.poll(() => store.fetch(WEB, options).catch(() => 'away'), { timeout: 4000 }).toEqual([]);
    await expect(store.publish(snapshotOf(), options)).rejects.toMatchObject({
      code: 'HERALD_HANDOFF_READ_ONLY',
      message: expect.stringContaining(`may not use ${path}`) as string,
    });
    await store.close();
    await reading.close();
  });
});

describe('claims', () => {
  it('guests of libvirt alone, also one that it has not yet told of', async () => {
    const { daemon, store } = await opened();
    expect(await store.claim(guestOf({ uuid: UUID }), options)).toEqual({ preference: 50 });
    expect(await store.claim(guestOf({ name: 'web-1' }), options)).toHaveProperty('refusal');
    expect(await store.claim(guestOf({ uuid: OTHER }), options)).toEqual({
      refusal: `libvirt runs no domain of UUID ${OTHER}`,
    });
    daemon.domains.push(domainOf(OTHER));
    expect(await store.claim(guestOf({ uuid: OTHER }), options)).toEqual({ preference: 50 });
  });
});

describe('a guest that is being sent away', () => {
  it('says so here, and libvirt is not asked: it takes no metadata then', async () => {
    const { daemon, store } = await opened();
    await store.publish(snapshotOf(), options);
    let told = 0;
    store.watch(WEB, () => {
      told += 1;
    });
    await store.publish(snapshotOf({ epoch: 2, residence: 'leaving' }), options);
    expect([await epochOf(store), told, daemon.count('setMetadata')]).toEqual([2, 1, 1]);
    await store.publish(snapshotOf({ epoch: 3, residence: 'resident' }), options);
    expect([await epochOf(store), daemon.count('setMetadata')]).toEqual([3, 2]);
  });

  it('is forgotten with its domain', async () => {
    const { daemon, store } = await opened();
    await store.publish(snapshotOf({ residence: 'leaving' }), options);
    daemon.domains.splice(0);
    daemon.lifecycle(domainOf(), LIFECYCLE.STOPPED, LIFECYCLE_DETAIL.STOPPED_MIGRATED);
    await expect.poll(() => epochOf(store)).toBeUndefined();
    await store.remove(WEB, 'A', options);
    expect(daemon.count('setMetadata')).toBe(0);
  });
});

describe('a guest that comes', () => {
  it('is told to who watches it, with what its source said last', async () => {
    const { daemon, store } = await opened({ domains: [] });
    let told = 0;
    store.watch(WEB, () => {
      told += 1;
    });
    const domain = domainOf();
    put(domain, snapshotOf({ residence: 'resident' }));
    daemon.domains.push(domain);
    daemon.lifecycle(domain, LIFECYCLE.STARTED, LIFECYCLE_DETAIL.STARTED_MIGRATED);
    await expect.poll(() => told).toBe(1);
    expect(await store.fetch(WEB, options)).toMatchObject([
      { host: 'A', snapshot: { residence: 'leaving' } },
    ]);
    await store.publish(snapshotOf({ host: 'B', epoch: 2, residence: 'resident' }), options);
    await expect.poll(() => epochOf(store)).toBe(2);
    expect(await store.fetch(WEB, options)).toMatchObject([
      { host: 'B', snapshot: { residence: 'resident' } },
    ]);
  });
});

describe('what was read', () => {
  it('is not read again until it changes, and the same is not written again', async () => {
    const domain = domainOf();
    const { daemon, store } = await opened({ domains: [domain] });
    put(domain, snapshotOf());
    for (let times = 0; times < 3; times += 1) expect(await epochOf(store)).toBe(1);
    await store.publish(snapshotOf(), options);
    expect([daemon.count('metadata'), daemon.count('setMetadata')]).toEqual([1, 0]);
    await store.publish(snapshotOf({ writtenAt: 1 }), options);
    expect(daemon.count('setMetadata')).toBe(1);
    daemon.metadataChanged(domain, 'urn:of:another');
    await expect.poll(() => epochOf(store)).toBe(1);
    expect(daemon.count('metadata')).toBe(2);
  });

  it('is what was written last, also before libvirt tells of that', async () => {
    const { daemon, store } = await opened();
    daemon.metadataChanged = () => undefined;
    for (const epoch of [1, 2]) {
      await store.publish(snapshotOf({ epoch }), options);
      expect(await epochOf(store)).toBe(epoch);
    }
    await store.remove(WEB, 'A', options);
    expect(await store.fetch(WEB, options)).toEqual([]);
  });

  it('of a hundred domains costs one call each, two at a time', async () => {
    const domains = Array.from({ length: 100 }, (_, n) =>
      domainOf(`${10_000_000 + n}${UUID.slice(8)}`, `vm-${n}`),
    );
    for (const domain of domains) put(domain, snapshotOf({ guest: keyOf(domain.uuid) }));
    const { daemon, store } = await opened({ domains });
    const usual = daemon.answers.metadata;
    let under = 0;
    let most = 0;
    daemon.answers.metadata = async (args, client) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise(setImmediate);
      under -= 1;
      return usual?.(args, client);
    };
    for (let times = 0; times < 2; times += 1) {
      expect(await store.ownersOf(MACS, options)).toHaveLength(100);
      expect(await store.ofHost('A', options)).toHaveLength(100);
    }
    expect([daemon.count('metadata'), most]).toEqual([100, 2]);
  });

  it('and is no entry of its domain is left out, and told of once', async () => {
    const [domain, clone] = [domainOf(), domainOf(OTHER, 'clone')];
    put(domain, snapshotOf());
    clone.metadata = new Map(domain.metadata);
    const { store, warnings } = await opened({ domains: [domain, clone] });
    for (let times = 0; times < 2; times += 1) {
      expect(await store.ofHost('A', options)).toMatchObject([{ guest: WEB }]);
      expect(await store.fetch(keyOf(OTHER), options)).toMatchObject([
        { host: 'A', problem: { code: 'HERALD_HANDOFF_MISMATCH' } },
      ]);
    }
    expect(warnings).toMatchObject([{ code: 'HERALD_HANDOFF_MISMATCH', details: { guest: 'clone' } }]);
  });

  it('of one domain hides no other where libvirt does not tell it', async () => {
    const [domain, other] = [domainOf(), domainOf(OTHER, 'db')];
    put(domain, snapshotOf());
    const { daemon, store } = await opened({ domains: [other, domain] });
    const usual = daemon.answers.metadata;
    daemon.answers.metadata = (args, client) => {
      if (daemon.count('metadata') === 1) throw new FakeRefusal(1, 'internal error');
      return usual?.(args, client);
    };
    expect(await store.ofHost('A', options)).toMatchObject([{ guest: WEB }]);
  });
});

it('removes its own entry, and no other', async () => {
  const domain = domainOf();
  const { store } = await opened({ domains: [domain] });
  put(domain, snapshotOf());
  await store.remove(WEB, 'B', options);
  expect(domain.metadata.size).toBe(1);
  await store.remove(WEB, 'A', options);
  expect(domain.metadata.size).toBe(0);
});
