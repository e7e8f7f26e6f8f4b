import {
  type Bucket,
  type BucketCall,
  type BucketMessage,
  type BucketWrite,
  Outdated,
} from '../src/bucket.js';
import { unlessAborted } from '../src/unless-aborted.js';

type Member = 'put' | 'delete' | 'get' | 'keys' | 'lastRevision' | 'watch';

/** A bucket in memory, whose calls can be made to fail or hang, and whose watches can be made silent. */
export class FakeBucket implements Bucket {
  readonly calls: string[] = [];
  /** What a member does in place of its work. */
  readonly instead = new Map<Member, () => Promise<never>>();
  /** Watches that were opened, and not stopped. */
  watches = 0;
  /** Whether what is written is told to watches. */
  isSilent = false;
  private readonly values = new Map<string, BucketMessage>();
  private readonly hearing = new Set<(message: BucketMessage) => void>();
  private revision = 0;

  constructor(private readonly now: () => number) {}

  readonly hangs = (): Promise<never> => new Promise(() => undefined);
  readonly fails = (): Promise<never> => Promise.reject(new Error('it fails'));

  async put(key: string, bytes: Uint8Array, { after, signal }: BucketWrite): Promise<number> {
    await this.called('put', key, signal);
    return this.write(key, after, bytes);
  }

  async delete(key: string, { after, signal }: BucketWrite): Promise<void> {
    await this.called('delete', key, signal);
    this.write(key, after);
  }

  async get(key: string, { signal }: BucketCall): Promise<BucketMessage | undefined> {
    await this.called('get', key, signal);
    return this.values.get(key);
  }

  async keys(filter: string, { signal }: BucketCall): Promise<readonly string[]> {
    await this.called('keys', filter, signal);
    const parts = filter.split('.');
    const fits = (key: string): boolean =>
      key.split('.').length === parts.length &&
      key.split('.').every((part, at) => parts[at] === '*' || parts[at] === part);
    return [...this.values.keys()].filter(fits);
  }

  async lastRevision({ signal }: BucketCall): Promise<number> {
    await this.called('lastRevision', '', signal);
    return this.revision;
  }

  async watch(hear: (message: BucketMessage) => void, { signal }: BucketCall): Promise<() => void> {
    await this.called('watch', '', signal);
    this.watches += 1;
    for (const message of [...this.values.values()].sort((a, b) => a.revision - b.revision)) hear(message);
    this.hearing.add(hear);
    return () => {
      if (this.hearing.delete(hear)) this.watches -= 1;
    };
  }

  /** A write of another host. */
  write(key: string, after: number | undefined, bytes?: Uint8Array): number {
    if (after !== undefined && after !== (this.values.get(key)?.revision ?? 0)) throw new Outdated(key);
    this.revision += 1;
    const message = {
      key,
      revision: this.revision,
      storedAt: this.now(),
      ...(bytes === undefined ? {} : { bytes }),
    };
    this.values.set(key, message);
    if (!this.isSilent) for (const hear of this.hearing) hear(message);
    return this.revision;
  }

  /** The watches that are open hear no more; those that are opened from now on do. */
  silence(): void {
    this.hearing.clear();
  }

  /** What was there goes without a word, as what is too old does. */
  expire(key: string): void {
    this.values.delete(key);
  }

  private async called(member: Member, what: string, signal: AbortSignal): Promise<void> {
    this.calls.push(`${member} ${what}`.trim());
    signal.throwIfAborted();
    const instead = this.instead.get(member);
    if (instead !== undefined) await unlessAborted(instead(), signal);
  }
}
