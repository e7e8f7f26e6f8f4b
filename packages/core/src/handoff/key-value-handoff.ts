import type { Clock } from '../clock.js';
import type { GuestKey } from '../guest/guest-identity.js';
import { asHeraldError, HeraldError, isHeraldError } from '../herald-error.js';
import { messageOf } from '../message-of.js';
import type { HandoffOptions } from './handoff-options.js';
import type { HandoffEntry, HandoffStore } from './handoff-store.js';
import { parseSnapshot } from './parse-snapshot.js';
import { headOf, type Snapshot, type SnapshotHead } from './snapshot.js';

/** How often watchers look where the store cannot tell of changes, ms. */
const LOOK_EVERY_MS = 1000;
/** Entries that are read at the same time. */
const READ_AT_ONCE = 16;

/** One entry as a key-value store has it. */
export interface StoredEntry {
  /** Under which host it lies. */
  readonly host: string;
  /** Reads what was put there, no more than a little above `maxEntryBytes`. Where it rejects, that entry alone is a problem. */
  readonly read: () => Promise<string>;
  /** As in `HandoffEntry`, for a store with a clock of its own. */
  readonly ageMs?: number;
}

/**
 * Something that keeps texts, each under a guest and a host: a directory, a table, a service over HTTP. Both names hold
 * any characters, and are told apart by each: see `GuestKey`; a host has 1 to 128. What rejects becomes
 * HERALD_HANDOFF_FAILED, unless it is a HeraldError.
 */
export interface KeyValueStore {
  /** As in `HandoffStore`. */
  readonly name: string;
  /** As in `HandoffStore`. */
  readonly maxEntryBytes: number;
  /** Puts a text in the place of the one that is there: a reader sees the old or the new. One at a time for each key. */
  put(guest: GuestKey, host: string, text: string, options: HandoffOptions): Promise<void>;
  /** What lies under a guest, of all hosts; without one what lies under all guests. */
  list(guest: GuestKey | undefined, options: HandoffOptions): Promise<readonly StoredEntry[]>;
  /** Takes a text away; one that is not there is no error. */
  delete(guest: GuestKey, host: string, options: HandoffOptions): Promise<void>;
  /** As in `HandoffStore`. Absent: watchers look every second, changed or not. */
  watch?(guest: GuestKey, changed: () => void): () => void;
}

/**
 * A hand-off store over one that keeps texts. It does what a hand-off asks beyond that: it writes JSON within the bound,
 * in order, checks what it reads, and answers who owns a MAC by reading all there is. That is right for some hundred
 * guests; a store that can look MACs up does better as a `HandoffStore` itself. It has no notes, and `clock` is only
 * for watchers: how old an entry is the store says, or else its writer.
 */
export const keyValueHandoff = (clock: Clock, store: KeyValueStore): HandoffStore => {
  const last = new Map<string, Promise<unknown>>();
  /** After what was asked before for this key, or not at all. */
  const inTurn = async (guest: GuestKey, host: string, signal: AbortSignal, work: () => Promise<void>) => {
    const key = `${guest} ${host}`;
    const turn = (last.get(key) ?? Promise.resolve()).then(() => {
      signal.throwIfAborted();
      return work();
    });
    const ended = turn.catch(() => {});
    last.set(key, ended);
    void ended.then(() => last.get(key) === ended && last.delete(key));
    await unlessAborted(turn, signal);
  };
  const entries = async (
    guest: GuestKey | undefined,
    options: HandoffOptions,
  ): Promise<readonly HandoffEntry[]> => {
    const stored = await store.list(guest, options);
    const found: HandoffEntry[] = [];
    for (let from = 0; from < stored.length; from += READ_AT_ONCE) {
      options.signal.throwIfAborted();
      const some = stored.slice(from, from + READ_AT_ONCE);
      found.push(...(await Promise.all(some.map((each) => entryOf(each, store.maxEntryBytes, guest)))));
    }
    return found;
  };
  const heads = async (options: HandoffOptions): Promise<readonly SnapshotHead[]> =>
    (await entries(undefined, options)).flatMap((entry) =>
      'snapshot' in entry ? [headOf(entry.snapshot)] : [],
    );
  const tried = async <T>(doing: string, { signal }: HandoffOptions, work: () => Promise<T>): Promise<T> => {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      const message = `the hand-off store ${store.name} could not ${doing}: ${messageOf(error)}`;
      throw asHeraldError(error, 'HERALD_HANDOFF_FAILED', message, { store: store.name });
    }
  };
  return {
    name: store.name,
    maxEntryBytes: store.maxEntryBytes,
    publish: (snapshot, options) =>
      tried(`take the snapshot of ${snapshot.guest}`, options, async () => {
        const { guest, host } = snapshot;
        const text = textOf(snapshot, store.maxEntryBytes);
        await inTurn(guest, host, options.signal, () => store.put(guest, host, text, options));
      }),
    fetch: (guest, options) => tried(`be read for ${guest}`, options, () => entries(guest, options)),
    ownersOf: (macs, options) =>
      tried('tell who owns a MAC', options, async () => {
        const asked = new Set(macs);
        return (await heads(options)).filter(({ primaryMacs }) => primaryMacs.some((mac) => asked.has(mac)));
      }),
    ofHost: (host, options) =>
      tried(`tell what ${host} wrote`, options, async () =>
        (await heads(options)).filter((head) => head.host === host),
      ),
    watch: (guest, changed) => store.watch?.(guest, changed) ?? everySecond(clock, changed),
    remove: (guest, host, options) =>
      tried(`remove the entry of ${guest}`, options, () =>
        inTurn(guest, host, options.signal, () => store.delete(guest, host, options)),
      ),
  };
};

const textOf = (snapshot: Snapshot, maxBytes: number): string => {
  const { guest } = snapshot;
  let text: string;
  try {
    text = JSON.stringify(snapshot);
  } catch (error) {
    throw new HeraldError(
      'HERALD_SNAPSHOT_INVALID',
      `the snapshot of guest ${guest} is no JSON: ${messageOf(error)}. Mend the model that gave the state`,
      { details: { guest }, cause: error },
    );
  }
  const size = bytesOf(text);
  if (size <= maxBytes) return text;
  throw new HeraldError(
    'HERALD_HANDOFF_TOO_LARGE',
    `the snapshot of guest ${guest} has ${size} bytes, at most ${maxBytes} are taken`,
    { details: { guest, size, maxBytes } },
  );
};

/** What stands there, checked: anything that reaches the store may have written it. */
const entryOf = async (
  { host, read, ageMs }: StoredEntry,
  maxBytes: number,
  guest: GuestKey | undefined,
): Promise<HandoffEntry> => {
  const problem = (code: 'UNREADABLE' | 'TOO_LARGE' | 'MISMATCH', what: string): HandoffEntry => {
    const message = `the entry of host ${host} ${what}: remove it, or mend what wrote it`;
    return { host, problem: new HeraldError(`HERALD_HANDOFF_${code}`, message, { details: { host } }) };
  };
  try {
    const text = await read();
    if (text.length > maxBytes || bytesOf(text) > maxBytes) {
      return problem('TOO_LARGE', `has more than ${maxBytes} bytes`);
    }
    const parsed = parseSnapshot(JSON.parse(text));
    if (isHeraldError(parsed)) return { host, problem: parsed };
    const isIts = parsed.host === host && (guest === undefined || parsed.guest === guest);
    return isIts
      ? { host, snapshot: parsed, ...(ageMs === undefined ? {} : { ageMs }) }
      : problem('MISMATCH', `is one of ${parsed.host} for ${parsed.guest}`);
  } catch (error) {
    return problem('UNREADABLE', `cannot be read, or is no JSON (${messageOf(error)})`);
  }
};

const everySecond = (clock: Clock, changed: () => void): (() => void) => {
  let cancel = clock.setTimer(LOOK_EVERY_MS, function look() {
    cancel = clock.setTimer(LOOK_EVERY_MS, look);
    changed();
  });
  return () => cancel();
};

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** What was waited for, or the reason of the signal as soon as it aborts. */
const unlessAborted = async (work: Promise<void>, signal: AbortSignal): Promise<void> => {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort);
    stop = () => signal.removeEventListener('abort', abort);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    stop();
  }
};
