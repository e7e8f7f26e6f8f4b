import type { HandoffEntry } from '@nic-herald/core';

/** What one store said of a guest. */
export interface StoredEntries {
  readonly store: string;
  /** By its claim. */
  readonly preference: number;
  readonly entries: readonly HandoffEntry[];
  /** When it was read, by `Clock.elapsed`. */
  readonly readAt: number;
}

/**
 * The entries of several stores in one list, as old as they are `at` that time: the preferred stores' first, and of
 * equal ones by name, whatever order they are given in. `readHandoff` chooses among them.
 */
export const mergedEntries = (said: readonly StoredEntries[], at: number): readonly HandoffEntry[] =>
  [...said]
    .sort((a, b) => b.preference - a.preference || (a.store < b.store ? -1 : 1))
    .flatMap(({ entries, readAt }) => entries.map((entry) => aged(entry, Math.max(0, at - readAt))));

const aged = (entry: HandoffEntry, byMs: number): HandoffEntry =>
  byMs > 0 && 'snapshot' in entry && entry.ageMs !== undefined
    ? { ...entry, ageMs: entry.ageMs + byMs }
    : entry;
