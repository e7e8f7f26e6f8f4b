import {
  type CancelTimer,
  type Clock,
  type Guest,
  guestLabel,
  HeraldError,
  type MigrationEvents,
} from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';

/** What a monitor may report without end; all else the engine tells, at its own pace. */
const REPORTED: ReadonlySet<MigrationEventName> = new Set([
  'guest:resumed',
  'guest:stopped',
  'guest:reset',
  'migration:incoming',
  'migration:outgoing',
  'migration:completed',
  'migration:failed',
  'nic:filter-changed',
  'nic:list-changed',
]);
/** Most facts of one kind and one guest that wait. */
const MOST_OF_A_KIND = 100;
/** What was left out is said together for so long, ms. */
const SAID_EVERY_MS = 10_000;

/**
 * Finds what to leave out where facts of one guest come by the hundred: of one kind the oldest, so that the last that is
 * told of a guest is always what was last. Says how many were left out.
 */
export class ThickFacts<Waiting> {
  private readonly kinds = new Map<Guest, Map<MigrationEventName, Set<Waiting>>>();
  private readonly leftOut = new Map<Guest, number>();
  private timer: CancelTimer | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'setTimer'>,
    private readonly say: (warning: HeraldError, guest: Guest) => void,
  ) {}

  /** A fact waits from now on. Gives one that is to be told no more, where too many wait. */
  add<E extends MigrationEventName>(
    event: E,
    fact: MigrationEvents[E],
    waiting: Waiting,
  ): Waiting | undefined {
    if (!REPORTED.has(event)) return undefined;
    const { guest } = fact as { readonly guest: Guest };
    const ofGuest = this.kinds.get(guest) ?? new Map<MigrationEventName, Set<Waiting>>();
    const ofKind = ofGuest.get(event) ?? new Set<Waiting>();
    ofKind.add(waiting);
    this.kinds.set(guest, ofGuest.set(event, ofKind));
    if (ofKind.size <= MOST_OF_A_KIND) return undefined;
    const [oldest] = ofKind;
    this.told(event, fact, oldest as Waiting);
    this.leftOut.set(guest, (this.leftOut.get(guest) ?? 0) + 1);
    this.timer ??= this.clock.setTimer(SAID_EVERY_MS, () => this.sayLeftOut());
    return oldest;
  }

  /** It waits no more. */
  told<E extends MigrationEventName>(event: E, fact: MigrationEvents[E], waiting: Waiting): void {
    if (!REPORTED.has(event)) return;
    const { guest } = fact as { readonly guest: Guest };
    const ofGuest = this.kinds.get(guest);
    const ofKind = ofGuest?.get(event);
    ofKind?.delete(waiting);
    if (ofKind?.size === 0) ofGuest?.delete(event);
    if (ofGuest?.size === 0) this.kinds.delete(guest);
  }

  /** Says what was not said yet, and waits for nothing any more. */
  close(): void {
    this.timer?.();
    this.sayLeftOut();
  }

  private sayLeftOut(): void {
    this.timer = undefined;
    const all = [...this.leftOut];
    this.leftOut.clear();
    for (const [guest, count] of all) {
      const message = `${guestLabel(guest.identity)}: ${count} facts that came by the hundred were not told to observers, the newest were; the agent acted on all: look what stops, resumes or migrates this guest over and over`;
      this.say(new HeraldError('HERALD_FACTS_LEFT_OUT', message, { details: { count } }), guest);
    }
  }
}
