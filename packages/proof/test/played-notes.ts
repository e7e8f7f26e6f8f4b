import type { Clock, Guest, GuestNotes, HandoffNote } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';

/** Notes of one guest in memory, which the host A writes by its clock. */
export class PlayedNotes implements GuestNotes {
  readonly all: HandoffNote[] = [];
  hasRoom = true;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly clock: Pick<Clock, 'now'> = new FakeClock()) {}

  put(_guest: Guest, { kind, body }: Pick<HandoffNote, 'kind' | 'body'>): Promise<boolean> {
    if (!this.hasRoom) return Promise.resolve(false);
    const writtenAt = this.clock.now();
    this.all.push({ host: 'A', kind, body: JSON.parse(JSON.stringify(body)), writtenAt });
    for (const changed of this.watchers) changed();
    return Promise.resolve(true);
  }

  read(): Promise<readonly HandoffNote[] | undefined> {
    return Promise.resolve(this.hasRoom ? this.all : undefined);
  }

  watch(_guest: Guest, changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }
}
