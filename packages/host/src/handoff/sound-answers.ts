import { type HandoffClaim, type HandoffEntry, HeraldError, type SnapshotHead } from '@nic-herald/core';

/** A store's claim as it may be used; `undefined` where it is none. */
export const soundClaim = (claim: unknown): HandoffClaim | undefined => {
  if (!isObject(claim)) return undefined;
  const { refusal, preference } = claim;
  if (typeof refusal === 'string') return { refusal };
  if (typeof preference !== 'number' || !Number.isFinite(preference)) return undefined;
  return { preference: Math.min(100, Math.max(0, preference)) };
};

/**
 * A store's entries as they may be used: one that is no entry becomes a problem of its own. `undefined` where they are
 * no list. That what is in a snapshot was parsed is the store's part.
 */
export const soundEntries = (entries: unknown): readonly HandoffEntry[] | undefined =>
  Array.isArray(entries) ? entries.map(soundEntry) : undefined;

/** The heads among what a store gave; `undefined` where that is no list. */
export const soundHeads = (heads: unknown): readonly SnapshotHead[] | undefined =>
  Array.isArray(heads) ? heads.filter(isHead) : undefined;

const soundEntry = (entry: unknown): HandoffEntry => {
  const host = isObject(entry) && typeof entry['host'] === 'string' ? entry['host'] : 'unknown';
  if (isEntry(entry)) return entry;
  return {
    host,
    problem: new HeraldError(
      'HERALD_HANDOFF_STORE',
      `a hand-off store gave an entry of ${host.slice(0, 128)} that is neither a snapshot nor a problem: mend its plugin`,
    ),
  };
};

const isEntry = (entry: unknown): entry is HandoffEntry => {
  if (!isObject(entry) || typeof entry['host'] !== 'string') return false;
  const { snapshot, problem } = entry;
  if (snapshot === undefined) return problem instanceof Error;
  return (
    isObject(snapshot) &&
    typeof snapshot['host'] === 'string' &&
    Number.isSafeInteger(snapshot['epoch']) &&
    Array.isArray(snapshot['nics']) &&
    snapshot['nics'].every((nic) => isObject(nic) && Array.isArray(nic['learned']))
  );
};

const isHead = (head: unknown): head is SnapshotHead =>
  isObject(head) &&
  typeof head['guest'] === 'string' &&
  typeof head['host'] === 'string' &&
  Array.isArray(head['primaryMacs']);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
