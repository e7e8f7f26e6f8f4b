import type { GuestPhase, MigrationSide } from '@nic-herald/core';
import { isOutgoing, type MigrationStatus } from '../commands/migration-status.js';

/** What a monitor tells of a migration, the guest left out. */
export type MigrationFact =
  | { readonly event: 'migration:incoming' | 'migration:outgoing' }
  | { readonly event: 'migration:completed'; readonly side: MigrationSide }
  | { readonly event: 'migration:failed'; readonly side: MigrationSide; readonly status: string };

// QEMU's MigrationStatus (qapi/migration.json): every other name but `none` means a migration under way
const FAILED = ['failed', 'cancelled'];
const ENDED = [...FAILED, 'completed'];
const end = (side: MigrationSide, status: string): string => `${side} ${status}`;

/**
 * Makes facts, each told once, of the statuses of one guest's migrations: from `MIGRATION` events, and from
 * `query-migrate` where those are off. A guest first seen incoming is a destination until it has both been
 * loaded and resumed; then, and from the start for any other, it can only be a source.
 */
export class MigrationProgress {
  private side: MigrationSide;
  private status: 'idle' | 'underway' | 'cancelling' = 'idle';
  private loaded: boolean = false;
  private resumed: boolean;
  /** The end that is no news any more: `query-migrate` goes on telling of the last one. */
  private lastEnd: string | undefined;

  constructor(phase: GuestPhase, migration: MigrationStatus) {
    // a guest that runs while the rest of its memory follows is the receiving end of a post-copy
    const postcopy = phase === 'running' && (migration.status?.startsWith('postcopy') ?? false);
    this.side = phase === 'incoming' || postcopy ? 'destination' : 'source';
    this.resumed = postcopy;
    if (this.side === 'source') this.lastEnd = endOf(migration);
  }

  /** Whether a migration is under way, so that its end should be looked for. */
  get underway(): boolean {
    return this.status !== 'idle' || (this.side === 'destination' && this.resumed);
  }

  /** A `MIGRATION` event. */
  told(status: string): readonly MigrationFact[] {
    if (status === 'none') return [];
    if (FAILED.includes(status)) return this.fail(status);
    if (status === 'completed') return this.complete();
    const facts = this.begin();
    this.status = status === 'cancelling' ? 'cancelling' : 'underway';
    return facts;
  }

  /** A reply of `query-migrate`. */
  polled(reply: MigrationStatus): readonly MigrationFact[] {
    const known = this.status === 'idle' && ENDED.includes(reply.status ?? '') && !this.isNews(reply);
    return reply.status === undefined || known ? [] : this.told(reply.status);
  }

  private isNews(reply: MigrationStatus): boolean {
    const ofOurSide = FAILED.includes(reply.status ?? '') || isOutgoing(reply) === (this.side === 'source');
    return ofOurSide && endOf(reply) !== this.lastEnd;
  }

  /** The CPUs are about to be told of as running: what must be known before. */
  beforeResume(): readonly MigrationFact[] {
    return this.side === 'source' && this.status === 'cancelling' ? this.fail('cancelled') : [];
  }

  /** The CPUs run. */
  afterResume(): readonly MigrationFact[] {
    if (this.side === 'source') return [];
    this.resumed = true;
    const facts = this.loaded ? [] : this.begin();
    this.becomeSource();
    return facts;
  }

  private begin(): readonly MigrationFact[] {
    if (this.status !== 'idle' || (this.side === 'destination' && this.loaded)) return [];
    this.status = 'underway';
    this.lastEnd = undefined;
    return [{ event: this.side === 'source' ? 'migration:outgoing' : 'migration:incoming' }];
  }

  private complete(): readonly MigrationFact[] {
    const { side } = this;
    if (side === 'destination' && this.loaded) return [];
    const facts: MigrationFact[] = [...this.begin(), { event: 'migration:completed', side }];
    this.status = 'idle';
    this.lastEnd = end(side, 'completed');
    this.loaded = side === 'destination';
    this.becomeSource();
    return facts;
  }

  private fail(status: string): readonly MigrationFact[] {
    const { side } = this;
    if (this.lastEnd === end(side, status)) return [];
    const facts: MigrationFact[] = [...this.begin(), { event: 'migration:failed', side, status }];
    this.status = 'idle';
    this.lastEnd = end(side, status);
    return facts;
  }

  private becomeSource(): void {
    if (!this.loaded || !this.resumed) return;
    this.side = 'source';
    this.status = 'idle';
  }
}

const endOf = (reply: MigrationStatus): string | undefined => {
  const { status } = reply;
  if (status === undefined || !ENDED.includes(status)) return undefined;
  return end(FAILED.includes(status) || isOutgoing(reply) ? 'source' : 'destination', status);
};
