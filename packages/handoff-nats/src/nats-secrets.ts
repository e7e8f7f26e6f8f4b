import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
} from '@nats-io/transport-node';
import { HeraldError } from '@nic-herald/core';
import type { NatsHandoffSettings } from './nats-handoff-options.js';

/** Largest file that is taken for a credential, bytes. */
const MOST_BYTES = 64 * 1024;

/** With what a host shows who it is. */
export interface NatsSecrets {
  readonly authenticator?: Authenticator;
  /** Absent: a connection may go without. */
  readonly tls?: TlsOptions;
}

type Files = Pick<NatsHandoffSettings, 'servers' | 'nkey' | 'credentials' | 'ca' | 'cert' | 'key'>;

/**
 * Reads the files for one connection: they may have been replaced since the last. Rejects with HERALD_NATS_CREDENTIALS, which names
 * the file and nothing that is in it.
 */
export const readSecrets = async (files: Files): Promise<NatsSecrets> => {
  const { nkey, credentials, servers } = files;
  if (nkey !== undefined && credentials !== undefined) {
    throw refused('nkey and credentials are both named', nkey, 'Keep one of them');
  }
  const [ca, cert, key] = await Promise.all([files.ca, files.cert, files.key].map(pemIn));
  const wantsTls = [ca, cert, key].some((each) => each !== undefined) || servers.some(isTls);
  const authenticator = await authenticatorOf(files);
  return {
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(wantsTls
      ? {
          tls: {
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key }),
          },
        }
      : {}),
  };
};

/** Whether everybody may read a file that is secret; false where it is not there. */
export const isOpenToAll = async (path: string): Promise<boolean> => {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return ((await file.stat()).mode & 0o004) !== 0;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
};

const isTls = (server: string): boolean => server.startsWith('tls://');

const authenticatorOf = async ({ nkey, credentials }: Files): Promise<Authenticator | undefined> => {
  const path = nkey ?? credentials;
  if (path === undefined) return undefined;
  const text = await textIn(path);
  const made =
    nkey === undefined
      ? credsAuthenticator(new TextEncoder().encode(text))
      : nkeyAuthenticator(new TextEncoder().encode(seedIn(text)));
  try {
    made('nonce'); // the library would find out only later, and say so nowhere
    return made;
  } catch {
    const what = nkey === undefined ? 'no JWT with its seed, as nsc writes them' : "no seed of a user's nkey";
    throw refused(`it holds ${what}`, path, 'Name another file, or make it again');
  }
};

/** Comments may stand around it. */
const seedIn = (text: string): string =>
  text
    .split('\n')
    .find((line) => line.trim().startsWith('SU'))
    ?.trim() ?? '';

const pemIn = async (path: string | undefined): Promise<string | undefined> => {
  if (path === undefined) return undefined;
  const text = await textIn(path);
  if (text.includes('-----BEGIN ')) return text;
  throw refused('it is no PEM', path, 'Name another file, or make it again');
};

const textIn = async (path: string): Promise<string> => {
  let why: string;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (stats.isFile() && stats.size <= MOST_BYTES) return await file.readFile('utf8');
      why = stats.isFile() ? `it has more than ${MOST_BYTES} bytes` : 'it is no file';
    } finally {
      await file.close();
    }
  } catch (error) {
    why = (error as NodeJS.ErrnoException).code ?? 'it cannot be read';
  }
  throw refused(why, path, "It must be there, and the agent's user must be able to read it");
};

const refused = (why: string, file: string, advice: string): HeraldError =>
  new HeraldError(
    'HERALD_NATS_CREDENTIALS',
    `the hand-off store nats cannot use ${file}: ${why}. ${advice}`,
    { details: { store: 'nats', file } },
  );
