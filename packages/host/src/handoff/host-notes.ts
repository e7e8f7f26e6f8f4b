import {
  type Clock,
  encodeNote,
  type Guest,
  type GuestNotes,
  type HandoffNote,
  type HandoffOptions,
} from '@nic-herald/core';
import type { HandoffStores } from './handoff-stores.js';

/** The notes of this host's guests. */
export class HostNotes implements GuestNotes {
  constructor(
    private readonly host: string,
    private readonly stores: HandoffStores,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async put(
    guest: Guest,
    { kind, body }: Pick<HandoffNote, 'kind' | 'body'>,
    { signal }: HandoffOptions,
  ): Promise<boolean> {
    const note = { host: this.host, kind, writtenAt: this.clock.now(), body };
    encodeNote(note);
    return this.stores.forGuest(guest).putNote(note, signal);
  }

  async read(guest: Guest, { signal }: HandoffOptions): Promise<readonly HandoffNote[] | undefined> {
    return this.stores.forGuest(guest).notes(signal);
  }

  watch(guest: Guest, changed: () => void): () => void {
    return this.stores.forGuest(guest).watch(changed);
  }
}
