/** Who wants to know of which guest. */
export class GuestWatchers {
  private readonly watchers = new Map<string, Set<{ readonly changed: () => void }>>();

  /** Calls `changed` for each change of the guest. Returns the way to stop. */
  add(guest: string, changed: () => void): () => void {
    const watcher = { changed };
    const ofGuest = this.watchers.get(guest) ?? new Set();
    this.watchers.set(guest, ofGuest.add(watcher));
    return () => {
      ofGuest.delete(watcher);
      if (ofGuest.size === 0 && this.watchers.get(guest) === ofGuest) this.watchers.delete(guest);
    };
  }

  tell(guest: string): void {
    for (const { changed } of this.watchers.get(guest) ?? []) call(changed);
  }

  tellAll(): void {
    for (const guest of [...this.watchers.keys()]) this.tell(guest);
  }

  close(): void {
    this.watchers.clear();
  }
}

/** A listener that throws must not stop the others. */
const call = (changed: () => void): void => {
  try {
    changed();
  } catch {
    // it is the listener's own affair
  }
};
