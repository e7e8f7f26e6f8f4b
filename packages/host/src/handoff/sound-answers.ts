import {
  type GuestKey,
  type HandoffClaim,
  type HandoffEntry,
  HeraldError,
  isHeraldError,
  MAX_NOTES_PER_GUEST,
  messageOf,
  parseSnapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { isParsedSnapshot, MAX_SNAPSHOT_NICS } from '@nic-herald/core/internal';

/** A store's claim as it may be used; `undefined` where it is none. */
export const soundClaim = (claim: unknown): HandoffClaim | undefined => {
  if (!isObject(claim)) return undefined;
  const { refusal, preference } = claim;
  if (typeof refusal === 'string') return { refusal };
  if (typeof preference !== 'number' || !Number.isFinite(preference)) return undefined;
  return { preference: Math.min(100, Math.max(0, preference)) };
};

/**
 * A store's entries of a guest as they may be used, at most 4096: one that is no entry becomes a problem of its own.
 * `undefined` where they are no list. What is in a snapshot is handed on with the next one of this host, so it is
 * checked here where the store did not.
 */
export const soundEntries = (entries: unknown, guest: GuestKey): readonly HandoffEntry[] | undefined =>
  Array.isArray(entries)
    ? entries.slice(0, MOST_ENTRIES).map((entry: unknown) => soundEntry(entry, guest))
    : undefined;

/** The heads among what a store gave, at most 65 536; `undefined` where that is no list. */
export const soundHeads = (heads: unknown): readonly SnapshotHead[] | undefined =>
  Array.isArray(heads) ? heads.slice(0, MOST_HEADS).filter(isHead) : undefined;

/** What a store gave as notes, of which more than there may be are not looked at; `undefined` where it is no list. */
export const soundNotes = (notes: unknown): readonly unknown[] | undefined =>
  Array.isArray(notes) ? notes.slice(-MAX_NOTES_PER_GUEST) : undefined;

/** More hosts than that never had one guest. */
const MOST_ENTRIES = 4096;
const MOST_HEADS = 65_536;

const soundEntry = (entry: unknown, guest: GuestKey): HandoffEntry => {
  const host = isObject(entry) && typeof entry['host'] === 'string' ? entry['host'].slice(0, 128) : 'unknown';
  try {
    return checkedEntry(entry, guest);
  } catch (error) {
    const message = `a hand-off store gave an entry of ${host} that is none: ${messageOf(error)}. Mend its plugin`;
    return { host, problem: new HeraldError('HERALD_HANDOFF_STORE', message, { details: { guest, host } }) };
  }
};

/** The entry unchanged where all of it is sound; else throws what is wrong. */
const checkedEntry = (entry: unknown, guest: GuestKey): HandoffEntry => {
  if (!isObject(entry) || typeof entry['host'] !== 'string') throw new TypeError('it has no host');
  const { host, problem, ageMs } = entry;
  if (entry['snapshot'] === undefined) {
    if (isHeraldError(problem)) return { host, problem };
    throw problem instanceof Error ? problem : new TypeError('it has neither a snapshot nor a problem');
  }
  if (ageMs !== undefined && !isNumber(ageMs, 0)) throw new RangeError('its age is no number from 0');
  const snapshot = isParsedSnapshot(entry['snapshot']) ? entry['snapshot'] : parseSnapshot(entry['snapshot']);
  if (isHeraldError(snapshot)) throw snapshot;
  if (snapshot.guest !== guest || snapshot.host !== host) {
    throw new TypeError(`its snapshot is of ${snapshot.guest}, written by ${snapshot.host}`);
  }
  return { host, snapshot, ...(ageMs === undefined ? {} : { ageMs }) };
};

const isHead = (head: unknown): head is SnapshotHead => {
  if (!isObject(head)) return false;
  const { guest, host, epoch, primaryMacs, writer, writtenAt } = head;
  return (
    typeof guest === 'string' &&
    typeof host === 'string' &&
    Number.isSafeInteger(epoch) &&
    Array.isArray(primaryMacs) &&
    primaryMacs.length <= MAX_SNAPSHOT_NICS &&
    primaryMacs.every((mac) => typeof mac === 'string') &&
    (writer === undefined || (isObject(writer) && typeof writer['agent'] === 'string')) &&
    (writtenAt === undefined || isNumber(writtenAt, 0))
  );
};

const isNumber = (value: unknown, least: number): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= least;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
