import { type Clock, type Guest, type GuestKey, guestKeyOf, type SnapshotHead } from '@nic-herald/core';
import { MAX_MACS_PER_QUESTION } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import { withDeadline } from '../announce/deadline.js';
import { mayBeOf } from '../knowledge/same-machine.js';
import type { HandoffStores } from './handoff-stores.js';
import { KnownOwners } from './known-owners.js';
import { HANDOFF_DEADLINE_MS } from './store-access.js';

/** What was answered within this time need not be asked again, ms. */
const ANSWER_LASTS_MS = 1000;

/**
 * Which of some MACs are asked about:
 * - `all`
 * - `unanswered`: those that were not answered a moment ago
 * - `unknown`: those that were never asked about, where there is no time for more
 */
export type AskedAbout = 'all' | 'unanswered' | 'unknown';

/** How it is asked. */
export interface OwnersQuestion {
  readonly signal?: AbortSignal;
  /** How long the answer is waited for, ms; what comes later counts all the same. @default 10 000 */
  readonly limitMs?: number;
  /** @default `all` */
  readonly about?: AskedAbout;
}

/** A machine that has some primary MACs. */
interface Owner {
  /** One without a key is in no hand-off. */
  readonly key: GuestKey | undefined;
  readonly primaryMacs: readonly MacAddress[];
  /** Of a guest of this host: by the hypervisor's process. */
  readonly instance?: string;
}

/** Some MACs, of which one can only ask whether one is among them: to list them would take all guests of the host. */
export type MacsOfOthers = Pick<ReadonlySet<MacAddress>, 'has'>;

/**
 * Who owns which primary MAC, by the hand-off, which is asked about the MACs that matter and no others, and by the
 * guests of this host: the victim of a guest that takes a neighbour's address may run on any host.
 */
export class OtherGuests {
  private readonly owners: KnownOwners;
  /** MACs of the question that comes next. */
  private readonly due = new Set<MacAddress>();
  /** The question that is under way, or was the last; it never rejects. */
  private asking: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private readonly stop = new AbortController();
  /** By the hypervisor's process. */
  private readonly local = new Map<string, Owner>();
  /** Who has a MAC, as of a version of `owners`; absent where the guests of this host have changed. */
  private index:
    | { readonly version: number; readonly ownersOf: ReadonlyMap<MacAddress, readonly Owner[]> }
    | undefined;

  constructor(
    private readonly handoff: HandoffStores,
    private readonly clock: Clock,
  ) {
    this.owners = new KnownOwners(clock);
  }

  /**
   * Asks who owns these MACs. Rejects where no store answers; what is known then stays. Who asks while a question is
   * under way waits for the next one, together with all others who do.
   */
  async ask(macs: Iterable<MacAddress>, question: OwnersQuestion = {}): Promise<void> {
    const { signal, about = 'all', limitMs = 2 * HANDOFF_DEADLINE_MS } = question;
    await this.askAbout(this.chosen(macs, about), limitMs, signal);
  }

  /**
   * Asks about those that it did not ask about for so long, ms. Resolves when that was answered, or failed: then it is
   * tried the next time.
   */
  async askIfOlder(ageMs: number, macs: Iterable<MacAddress>, signal?: AbortSignal): Promise<void> {
    // Whoever needs an answer at once asks by `ask`, and is told.
    await this.askAbout(this.owners.notTried(macs, ageMs), 2 * HANDOFF_DEADLINE_MS, signal).catch(() => {});
  }

  /** A guest is on this host, with these primary MACs. */
  present({ instance, identity }: Guest, primaryMacs: readonly MacAddress[]): void {
    if (this.local.get(instance)?.primaryMacs.join() === primaryMacs.join()) return;
    this.local.set(instance, { key: guestKeyOf(identity), primaryMacs, instance });
    this.index = undefined;
  }

  /** A guest is no longer on this host. */
  gone({ instance }: Guest): void {
    this.local.delete(instance);
    this.index = undefined;
  }

  /** Gives up what is being asked. */
  close(): void {
    this.stop.abort();
  }

  /**
   * Primary MACs of every machine but this one, whose own are given, as far as they were asked about or are of this
   * host: a copy of a guest has its key, and is another machine all the same.
   */
  ownedByOthers({ instance, identity }: Guest, primaryMacs: readonly MacAddress[]): MacsOfOthers {
    const own = guestKeyOf(identity);
    const ownersOf = this.ownersOf();
    const isOther = ({ key, primaryMacs: macs, instance: each }: Owner): boolean =>
      each !== instance && (key === undefined || key !== own || !mayBeOf(macs, primaryMacs));
    return { has: (mac) => ownersOf.get(mac)?.some(isOther) ?? false };
  }

  /** Whether it was asked who owns a MAC, and answered. */
  isOwnerKnown(mac: MacAddress): boolean {
    return this.owners.notAnswered([mac], Number.POSITIVE_INFINITY).length === 0;
  }

  /** Rebuilt only after a change: each of hundreds of guests asks every few seconds. */
  private ownersOf(): ReadonlyMap<MacAddress, readonly Owner[]> {
    const { version } = this.owners;
    if (this.index?.version === version) return this.index.ownersOf;
    const heads = this.owners.heads().map(({ guest: key, primaryMacs }) => ({ key, primaryMacs }));
    const ownersOf = new Map<MacAddress, Owner[]>();
    for (const owner of [...heads, ...this.local.values()]) {
      for (const mac of owner.primaryMacs) {
        const known = ownersOf.get(mac);
        if (known === undefined) ownersOf.set(mac, [owner]);
        else known.push(owner);
      }
    }
    this.index = { version, ownersOf };
    return ownersOf;
  }

  private chosen(macs: Iterable<MacAddress>, about: AskedAbout): readonly MacAddress[] {
    if (about === 'all') return [...macs];
    return about === 'unanswered'
      ? this.owners.notAnswered(macs, ANSWER_LASTS_MS)
      : this.owners.notTried(macs, Number.POSITIVE_INFINITY);
  }

  private async askAbout(
    macs: readonly MacAddress[],
    limitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (macs.length === 0 || this.handoff.isEmpty) return;
    this.owners.tried(macs);
    for (const mac of macs) this.due.add(mac);
    this.next ??= this.asking.then(() => {
      this.next = undefined;
      const due = [...this.due];
      this.due.clear();
      const asked = this.askAll(due);
      this.asking = asked.catch(() => {}); // those who asked are told
      return asked;
    });
    const { next } = this;
    next.catch(() => {}); // who asked may have given up before it began
    await withDeadline(this.clock, limitMs, 'asking the hand-off', () => next, signal);
  }

  private async askAll(macs: readonly MacAddress[]): Promise<void> {
    for (let first = 0; first < macs.length; first += MAX_MACS_PER_QUESTION) {
      const some = macs.slice(first, first + MAX_MACS_PER_QUESTION);
      const take = (store: string, heads: readonly SnapshotHead[]): void =>
        this.owners.answered(store, some, heads);
      const answers = await this.handoff.ownersOf(some, this.stop.signal, (late) =>
        take(late.store, late.heads),
      );
      for (const { store, heads } of answers) take(store, heads);
    }
  }
}
