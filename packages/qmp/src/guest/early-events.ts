import type { QmpEvent } from '../transport/qmp-transport.js';
import { migrationStatusOf } from './migration-event.js';

/** An event that came while its guest was asked who it is. */
export interface EarlyEvent {
  readonly event: QmpEvent;
  readonly readAt: number;
}

/** So many events of one name are kept at least, the newest, and at most twice as many. */
const MOST_OF_ONE_NAME = 100;

/** The events of a guest that is being asked who it is; of one name the newest are kept, since the last state counts. */
export class EarlyEvents {
  private readonly byName = new Map<string, number>();
  private kept: EarlyEvent[] = [];

  /** `wanted`: names of events that anything follows from. */
  constructor(private readonly wanted: ReadonlySet<string>) {}

  add(early: EarlyEvent): void {
    const { name } = early.event;
    if (!this.wanted.has(name)) return;
    const count = (this.byName.get(name) ?? 0) + 1;
    this.byName.set(name, count);
    this.kept.push(early);
    if (count < 2 * MOST_OF_ONE_NAME) return;
    let surplus = MOST_OF_ONE_NAME; // many at once: one by one each would cost a search
    this.kept = this.kept.filter(({ event }) => event.name !== name || surplus-- <= 0);
    this.byName.set(name, count - MOST_OF_ONE_NAME);
  }

  /** Gives what is kept, the oldest first, and keeps nothing any more. */
  take(): readonly EarlyEvent[] {
    this.byName.clear();
    return this.kept.splice(0);
  }
}

/** What the replies said of where the guest stands. */
export interface Replied {
  /** Its CPUs ran. */
  readonly running: boolean;
  /** The status of its migration, where there is one. */
  readonly migration: string | undefined;
}

const stampOf = ({ event }: EarlyEvent): number | undefined => event.stampedAt;

/**
 * What came after the replies, in the order in which it happened. At which moment between question and answer QEMU made
 * a reply is not known, but what it says is: a STOP of a guest that stood is part of it already, and so is what led to the
 * status that a migration has.
 */
export const eventsAfter = (events: readonly EarlyEvent[], replied: Replied): readonly EarlyEvent[] => {
  const inOrder = events.every((each) => stampOf(each) !== undefined)
    ? events.toSorted((a, b) => (stampOf(a) ?? 0) - (stampOf(b) ?? 0))
    : events;
  const known = inOrder.findLastIndex(({ event }) => {
    const status = migrationStatusOf(event);
    return status !== undefined && status === replied.migration;
  });
  let { running } = replied;
  return inOrder.filter(({ event }, index) => {
    if (event.name === 'MIGRATION') return index > known;
    if (event.name !== 'RESUME' && event.name !== 'STOP') return true;
    const runs = event.name === 'RESUME';
    if (runs === running) return false;
    running = runs;
    return true;
  });
};
