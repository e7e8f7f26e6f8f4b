import { type Bucket, Outdated } from './bucket.js';

/** How often a key that others write, too, is tried. */
const MOST_TRIES = 4;

/**
 * Writes keys that are this host's alone. Each write names the revision that it replaces: one that a server held back while
 * the agent wrote by another server then comes too late, and puts nothing old in the place of what is new.
 */
export class OwnKeys {
  /** What this host wrote last. */
  private readonly revisions = new Map<string, number>();

  async put(bucket: Bucket, key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.tried(bucket, key, signal, async (after) => {
      this.revisions.set(key, await bucket.put(key, bytes, { after, signal }));
    });
  }

  async delete(bucket: Bucket, key: string, signal: AbortSignal): Promise<void> {
    const there = await bucket.get(key, { signal });
    if (there?.bytes === undefined) return;
    await this.tried(bucket, key, signal, async (after) => {
      await bucket.delete(key, { after, signal });
      this.revisions.delete(key);
    });
  }

  private async tried(
    bucket: Bucket,
    key: string,
    signal: AbortSignal,
    write: (after: number) => Promise<void>,
  ): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const after = this.revisions.get(key) ?? (await bucket.get(key, { signal }))?.revision ?? 0;
      try {
        await write(after);
        return;
      } catch (error) {
        this.revisions.delete(key); // it may be there, or not
        if (!(error instanceof Outdated) || tries === MOST_TRIES) throw error;
      }
    }
  }
}
