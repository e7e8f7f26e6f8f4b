import {
  type Clock,
  type GuestKey,
  type HandoffOptions,
  type HeraldError,
  parseSnapshot,
  type Snapshot,
} from '@nic-herald/core';
import { parseGuestKey } from '@nic-herald/core/internal';
import { aliveKey } from '../src/bucket-keys.js';
import { NatsHandoff } from '../src/nats-handoff.js';
import type { NatsHandoffSettings } from '../src/nats-handoff-options.js';
import { openNatsBucket } from '../src/open-nats-bucket.js';

/** The system's time: the server lives by it, too. */
const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const options: HandoffOptions = { signal: new AbortController().signal };

/** A guest's key, from text that is one. */
export const keyOf = (text: string): GuestKey => {
  const key = parseGuestKey(text);
  if (key === undefined) throw new TypeError(`not a guest key: ${text}`);
  return key;
};
export const WEB = keyOf('name:web');

/** A snapshot with one NIC. */
export const snapshotOf = (over: Partial<Snapshot> = {}): Snapshot => {
  const nic = { id: 'nic0', primaryMac: '52:54:00:00:00:01', model: 'e1000', learned: [] };
  const parsed = parseSnapshot({ format: 1, guest: WEB, host: 'a', epoch: 1, nics: [nic], ...over });
  if (parsed instanceof Error) throw parsed;
  return parsed;
};

export const settingsOf = (over: Partial<NatsHandoffSettings> = {}): NatsHandoffSettings => ({
  servers: [],
  bucket: 'nic-herald',
  nkey: undefined,
  credentials: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  create: true,
  replicas: 1,
  maxEntryBytes: 256 * 1024,
  maxEntries: 20_000,
  ...over,
});

/** A store as a host of that name has it, and what it warned of. */
export const storeOf = (
  host: string,
  over: Partial<NatsHandoffSettings>,
): { readonly store: NatsHandoff; readonly warnings: HeraldError[] } => {
  const settings = settingsOf(over);
  const warnings: HeraldError[] = [];
  const store = new NatsHandoff({
    clock,
    bounds: settings,
    aliveKey: aliveKey(host),
    open: () => openNatsBucket(settings, host),
    warn: (problem) => warnings.push(problem),
  });
  return { store, warnings };
};
