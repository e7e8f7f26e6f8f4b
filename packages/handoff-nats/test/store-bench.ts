import type { HeraldError } from '@nic-herald/core';
import type { NatsHandoff } from '../src/nats-handoff.js';
import type { NatsHandoffSettings } from '../src/nats-handoff-options.js';
import { options, storeOf, WEB } from './nats-fixture.js';
import type { NatsServer } from './nats-server.js';

const closing: { close(): unknown }[] = [];
/** Closes what the test opened, the last first. */
export const closeAll = async (): Promise<void> => {
  for (const each of closing.splice(0).reverse()) await each.close();
};

/** Has it closed by `closeAll`. */
export const closeLater = <T extends { close(): unknown }>(it: T): T => {
  closing.push(it);
  return it;
};

/** A store of a host at the server, started, and what it warned of. */
export const started = async (
  server: NatsServer,
  host: string,
  over: Partial<NatsHandoffSettings> = {},
): Promise<{ readonly store: NatsHandoff; readonly warnings: readonly HeraldError[] }> => {
  const made = storeOf(host, { servers: [server.url], ...over });
  closeLater(made.store);
  await made.store.start(options);
  return made;
};

export const within = (ms: number) => ({ signal: AbortSignal.timeout(ms) });

/** What the store says of the guest: an epoch for each entry, or the code of what is wrong with it. */
export const epochsAt = async (store: NatsHandoff): Promise<readonly (number | string)[]> =>
  (await store.fetch(WEB, within(5000))).map((entry) =>
    'snapshot' in entry ? entry.snapshot.epoch : entry.problem.code,
  );

export const codes = (warnings: readonly { readonly code: string }[]): readonly string[] =>
  warnings.map(({ code }) => code);
