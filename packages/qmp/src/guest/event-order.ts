/**
 * Where an event belongs among what is known of its guest.
 * - `next`: after all of it
 * - `again`: it is the newest one, once more
 * - `late`: before something that is known already, be it an event or a reply
 */
export type EventPlace = 'next' | 'again' | 'late';

/** How far our clock and QEMU's may be apart on one host, ms: see `Clock.now`. */
const CLOCKS_APART_MS = 5;

/**
 * Puts the events of one kind in the order in which they happened, by QEMU's stamps: by the way they come they may
 * overtake each other and the replies. Where QEMU has no clock, the order in which they come is all there is.
 */
export class EventOrder {
  private newest: { readonly key: string; readonly stampedAt: number } | undefined;
  private knownAt = Number.NEGATIVE_INFINITY;

  /** The place of an event; one that is next counts as known from then on. `key`: what tells it from others. */
  place(key: string, stampedAt: number | undefined): EventPlace {
    const { newest } = this;
    if (stampedAt === undefined) return 'next';
    if (newest?.stampedAt === stampedAt && newest.key === key) return 'again';
    if (newest !== undefined && stampedAt < newest.stampedAt) return 'late';
    if (stampedAt < this.knownAt - CLOCKS_APART_MS) return 'late';
    this.newest = { key, stampedAt };
    return 'next';
  }

  /**
   * A reply is known that was asked for at `askedAt`, ms since 1970 UTC by our clock: what happened before is in it. Not
   * for a reply that an event came after.
   */
  replied(askedAt: number): void {
    this.knownAt = askedAt;
    // an event that seems newer was read before the clock was set back: it must make nothing late any more
    const seemsNewer = this.newest !== undefined && this.newest.stampedAt > askedAt + CLOCKS_APART_MS;
    if (seemsNewer) this.newest = undefined;
  }
}
