import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../test/nats-fixture.js';
import { newUser } from '../test/nats-users.js';
import { isOpenToAll, readSecrets } from './nats-secrets.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-secrets-'));
});
afterEach(() => rm(directory, { recursive: true }));

const file = async (text: string): Promise<string> => {
  const path = join(directory, 'secret');
  await writeFile(path, text, { mode: 0o600 });
  return path;
};
const read = (over: object) => readSecrets(settingsOf({ servers: ['nats://a'], ...over }));
const SEED = newUser().seed;

describe('files that are no good', () => {
  it.each<[string, () => Promise<object>, RegExp]>([
    ['missing', async () => ({ nkey: join(directory, 'none') }), /none: ENOENT\. It must be there/],
    ['a directory', async () => ({ nkey: directory }), /it is no file/],
    ['too large', async () => ({ nkey: await file(SEED.repeat(2000)) }), /more than 65536 bytes/],
    ['no seed', async () => ({ nkey: await file('nothing') }), /it holds no seed of a user's nkey/],
    ['a broken seed', async () => ({ nkey: await file(`${SEED.slice(0, -2)}AA`) }), /it holds no seed/],
    [
      "an account's seed",
      async () => ({ nkey: await file(new TextDecoder().decode(nkeys.createAccount().getSeed())) }),
      /it holds no seed/,
    ],
    ['no credentials', async () => ({ credentials: await file(SEED) }), /it holds no JWT with its seed/],
    ['no PEM', async () => ({ ca: await file('x') }), /it is no PEM/],
    ['both', async () => ({ nkey: await file(SEED), credentials: await file(SEED) }), /both named/],
  ])('%s', async (_, over, expected) => {
    const error = await read(await over()).then(
      () => undefined,
      (thrown: Error & { readonly details?: object }) => thrown,
    );
    expect(error).toMatchObject({
      code: 'HERALD_NATS_CREDENTIALS',
      message: expect.stringMatching(expected) as string,
    });
    expect(`${error?.message} ${JSON.stringify(error?.details)} ${String(error?.cause)}`).not.toContain(
      SEED.slice(0, 20),
    );
  });
});

it.each<[string, () => Promise<object>, readonly string[]]>([
  ['nothing named', async () => ({}), []],
  ['a seed alone', async () => ({ nkey: await file(`${SEED}\n`) }), ['authenticator']],
  [
    'a seed with comments',
    async () => ({ nkey: await file(`# of host a\n\n  ${SEED}  \n`) }),
    ['authenticator'],
  ],
  ['a server that wants TLS', async () => ({ servers: ['tls://a'] }), ['tls']],
  ['whom to believe', async () => ({ ca: await file('-----BEGIN CERTIFICATE-----\n') }), ['tls']],
])('%s', async (_, over, members) => {
  expect(Object.keys(await read(await over()))).toEqual(members);
});

it('knows which file everybody may read', async () => {
  const path = await file(SEED);
  expect(await isOpenToAll(path)).toBe(false);
  await chmod(path, 0o644);
  expect(await isOpenToAll(path)).toBe(true);
  expect(await isOpenToAll(join(directory, 'none'))).toBe(false);
});
