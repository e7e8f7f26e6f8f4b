import { expect, it } from 'vitest';
import { FakeBucket } from '../test/fake-bucket.js';
import { Outdated } from './bucket.js';
import { OwnKeys } from './own-keys.js';

const { signal } = new AbortController();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textIn = async (bucket: FakeBucket): Promise<string> =>
  new TextDecoder().decode((await bucket.get('k', { signal }))?.bytes);

it('what a server held back does not replace what was written since', async () => {
  const bucket = new FakeBucket(() => 0);
  const keys = new OwnKeys();
  await keys.put(bucket, 'k', bytes('1'), signal);
  const held = { after: 1 };
  bucket.instead.set('put', bucket.fails); // it goes out, and no answer comes
  await expect(keys.put(bucket, 'k', bytes('2'), signal)).rejects.toThrow('it fails');
  bucket.instead.clear();
  await keys.put(bucket, 'k', bytes('3'), signal);
  await expect(bucket.put('k', bytes('2'), { ...held, signal })).rejects.toThrow(Outdated);
  expect(await textIn(bucket)).toBe('3');
});

it('what came late and was there first is replaced', async () => {
  const bucket = new FakeBucket(() => 0);
  const keys = new OwnKeys();
  await keys.put(bucket, 'k', bytes('1'), signal);
  bucket.write('k', 1, bytes('2'));
  await keys.put(bucket, 'k', bytes('3'), signal);
  expect(await textIn(bucket)).toBe('3');
});

it('writes where the key has expired, and where it was deleted', async () => {
  const bucket = new FakeBucket(() => 0);
  const keys = new OwnKeys();
  await keys.put(bucket, 'k', bytes('1'), signal);
  bucket.expire('k');
  await keys.put(bucket, 'k', bytes('2'), signal);
  await keys.delete(bucket, 'k', signal);
  await keys.put(bucket, 'k', bytes('3'), signal);
  expect(await textIn(bucket)).toBe('3');
});

it('gives up where another writes the same key all the time', async () => {
  const bucket = new FakeBucket(() => 0);
  const keys = new OwnKeys();
  bucket.instead.set('put', async () => {
    bucket.write('k', undefined, bytes('theirs'));
    return undefined as never;
  });
  await expect(keys.put(bucket, 'k', bytes('ours'), signal)).rejects.toThrow(Outdated);
  expect(bucket.calls.filter((call) => call === 'put k')).toHaveLength(4);
});

it('deletes what is there, and nothing twice', async () => {
  const bucket = new FakeBucket(() => 0);
  const keys = new OwnKeys();
  await keys.delete(bucket, 'k', signal);
  await keys.put(bucket, 'k', bytes('1'), signal);
  await keys.delete(bucket, 'k', signal);
  await keys.delete(bucket, 'k', signal);
  expect(bucket.calls.filter((call) => call === 'delete k')).toHaveLength(1);
});
