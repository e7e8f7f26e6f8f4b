/** Who wants to hear of which domain's entry. */
export class GuestWatchers {
  private readonly watchers = new Map<string, Set<{ readonly changed: () => void }>>();

  /** Returns the way to stop. Of what is no domain, without a UUID, nothing is told. */
  add(uuid: string | undefined, changed: () => void): () => void {
    if (uuid === undefined) return () => undefined;
    const watcher = { changed };
    const all = this.watchers.get(uuid) ?? new Set();
    this.watchers.set(uuid, all.add(watcher));
    return () => {
      all.delete(watcher);
      if (all.size === 0 && this.watchers.get(uuid) === all) this.watchers.delete(uuid);
    };
  }

  tell(uuid: string): void {
    for (const { changed } of this.watchers.get(uuid) ?? []) changed();
  }

  close(): void {
    this.watchers.clear();
  }
}
