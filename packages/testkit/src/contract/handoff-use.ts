import { isDeepStrictEqual } from 'node:util';
import type {
  GuestKey,
  HandoffEntry,
  HandoffOptions,
  HandoffStore,
  Snapshot,
  SnapshotHead,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { mustEnd } from './outcome.js';
import { sampleGuest } from './sample-snapshot.js';
import type { Signpost } from './signpost.js';

/** An empty hand-off, opened for one case. */
export interface OpenedHandoff {
  /** Started, and ready for use. */
  readonly store: HandoffStore;
  /** Another host's view of the same entries; absent: `store` stands for both. */
  readonly another?: HandoffStore;
  /** Makes an entry unreadable, as a broken disk or a later version would; it was published before. */
  readonly spoil?: (guest: GuestKey, host: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Makes a case of what is done with an empty hand-off. */
export type UsingHandoff = (
  name: string,
  run: (use: HandoffUse) => Promise<void>,
  skip?: string,
) => ContractCase;

export const WEB = sampleGuest('uuid:11111111-2222-4333-8444-555555555555');
export const DB = sampleGuest('name:db');

/** Heads or snapshots in an order of their own. */
export const byKey = <T extends { readonly guest: string; readonly host: string }>(
  heads: readonly T[],
): readonly T[] => [...heads].sort((a, b) => (`${a.guest} ${a.host}` < `${b.guest} ${b.host}` ? -1 : 1));

/** The calls of a case: written by one host, read by another, none for ever. */
export class HandoffUse {
  readonly options: HandoffOptions = { signal: new AbortController().signal };

  constructor(
    readonly opened: OpenedHandoff,
    readonly limitMs: number,
  ) {}

  /** The reader. */
  get store(): HandoffStore {
    return this.opened.another ?? this.opened.store;
  }

  publish(snapshot: Snapshot): Promise<void> {
    return mustEnd(
      () => this.opened.store.publish(snapshot, this.options),
      this.limitMs,
      `\`publish\` of host ${snapshot.host.slice(0, 40)}`,
    );
  }

  fetch(guest: GuestKey): Promise<readonly HandoffEntry[]> {
    return mustEnd(() => this.store.fetch(guest, this.options), this.limitMs, '`fetch`');
  }

  ownersOf(macs: readonly MacAddress[]): Promise<readonly SnapshotHead[]> {
    return mustEnd(() => this.store.ownersOf(macs, this.options), this.limitMs, '`ownersOf`');
  }

  ofHost(host: string): Promise<readonly SnapshotHead[]> {
    return mustEnd(() => this.store.ofHost(host, this.options), this.limitMs, '`ofHost`');
  }

  remove(guest: GuestKey, host: string): Promise<void> {
    return mustEnd(() => this.opened.store.remove(guest, host, this.options), this.limitMs, '`remove`');
  }

  async spoil(guest: GuestKey, host: string): Promise<void> {
    const { spoil } = this.opened;
    if (spoil === undefined) throw contractBroken('no `spoil` was given, and no reason in `noSpoil`');
    await spoil(guest, host);
  }

  /** Lets what a store still has to say arrive: it may tell of one change more than once. */
  async quiet(told: Signpost): Promise<void> {
    for (let seen = -1; seen !== told.count; ) {
      seen = told.count;
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }

  /** Fails unless the entries are these snapshots, in any order. */
  same(entries: readonly HandoffEntry[], wanted: readonly Snapshot[], when: string): void {
    const got = entries.map((entry) => {
      if ('snapshot' in entry) {
        const { ageMs = 0, snapshot } = entry;
        demand(
          Number.isFinite(ageMs) && ageMs >= 0,
          `\`fetch\` gave an entry with an \`ageMs\` of ${quote(ageMs)} ${when}: a number from 0 is wanted, or none`,
        );
        return snapshot;
      }
      throw contractBroken(`\`fetch\` gave a problem ${when}: ${inWords(entry.problem)}`);
    });
    demand(
      isDeepStrictEqual(byKey(got), byKey(wanted)),
      `\`fetch\` gave ${got.length} entries ${when}, of ${quote(got.map(({ host, epoch }) => `${host} (epoch ${epoch})`))}: ` +
        `${wanted.length} are wanted, of ${quote(wanted.map(({ host, epoch }) => `${host} (epoch ${epoch})`))}, each as it was published`,
    );
  }
}
