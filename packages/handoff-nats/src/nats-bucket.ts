import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import type { Bucket, BucketCall, BucketMessage, BucketWrite } from './bucket.js';
import { natsProblem } from './nats-problem.js';
import { unlessAborted } from './unless-aborted.js';

/** A bucket by the library's client. */
export class NatsBucket implements Bucket {
  private readonly stream: string;

  constructor(
    private readonly name: string,
    private readonly kv: KV,
    private readonly manager: JetStreamManager,
  ) {
    this.stream = streamOf(name);
  }

  put(key: string, bytes: Uint8Array, { after, signal }: BucketWrite): Promise<number> {
    return this.tried('write', signal, () => this.kv.put(key, bytes, asExpected(after)));
  }

  delete(key: string, { after, signal }: BucketWrite): Promise<void> {
    return this.tried('delete', signal, () => this.kv.delete(key, asExpected(after)));
  }

  async get(key: string, { signal }: BucketCall): Promise<BucketMessage | undefined> {
    const entry = await this.tried('read', signal, () => this.kv.get(key));
    return entry === null ? undefined : messageOf(entry);
  }

  async keys(filter: string, { signal }: BucketCall): Promise<readonly string[]> {
    const prefix = `$KV.${this.name}.`;
    const { state } = await this.tried('list', signal, () =>
      this.manager.streams.info(this.stream, { subjects_filter: `${prefix}${filter}` }),
    );
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  }

  async lastRevision({ signal }: BucketCall): Promise<number> {
    const { state } = await this.tried('look', signal, () => this.manager.streams.info(this.stream));
    return state.last_seq;
  }

  async watch(hear: (message: BucketMessage) => void, { signal }: BucketCall): Promise<() => void> {
    const opening = this.kv.watch({ key: '>' });
    const told = await this.tried('watch', signal, () => opening).catch((error: unknown) => {
      opening.then(
        (late) => late.stop(),
        () => undefined,
      );
      throw error;
    });
    const hearing = async (): Promise<void> => {
      for await (const entry of told) hear(messageOf(entry));
    };
    hearing().catch(() => undefined); // it has gone silent, which is noticed
    return () => told.stop();
  }

  private async tried<T>(doing: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await unlessAborted(work(), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw natsProblem(error, `${doing} in the bucket ${this.name}`, this.name);
    }
  }
}

/** The stream behind a bucket, by the convention of NATS. */
export const streamOf = (bucket: string): string => `KV_${bucket}`;

const asExpected = (after: number | undefined): { readonly previousSeq?: number } =>
  after === undefined ? {} : { previousSeq: after };

const messageOf = ({ created, key, operation, revision, value }: KvEntry): BucketMessage => ({
  key,
  revision,
  storedAt: created.getTime(),
  ...(operation === 'PUT' ? { bytes: value } : {}),
});
