import type { GuestPhase } from '@nic-herald/core';
import { isArriving, isOutgoing, type MigrationStatus } from '../commands/migration-status.js';
import { type Mirror, mirrorAfter } from './colo-mirror.js';

/** Since when a guest's CPUs run, as the intake wants it told: ms since 1970 UTC. */
export interface Ran {
  readonly resumedAt: number;
  readonly readAt: number;
}

/** What a monitor reports of a migration: the name of the intake's call, and what it takes besides the guest. */
export type MigrationFact =
  | { readonly call: 'incoming' | 'outgoing' | 'loaded' | 'left' }
  | { readonly call: 'stopped'; readonly stoppedAt?: number }
  | ({ readonly call: 'resumed' } & Ran)
  | { readonly call: 'failed'; readonly side: Side; readonly status: string };

type Side = 'source' | 'destination';

// QEMU's MigrationStatus (qapi/migration.json): every other name but `none` means a migration under way
const FAILED = ['failed', 'cancelled'];
const ENDED = [...FAILED, 'completed'];
const end = (side: Side, status: string): string => `${side} ${status}`;

/**
 * Makes facts, each told once, of the statuses of one guest's migrations: from `MIGRATION` events, and from
 * `query-migrate` where those are off. A guest first seen incoming is a destination until it has both been
 * loaded and resumed; then, and from the start for any other, it can only be a source.
 */
export class MigrationProgress {
  private side: Side;
  private status: 'idle' | 'underway' | 'cancelling' | 'colo' = 'idle';
  private loaded: boolean = false;
  private resumed: boolean;
  /** The end that is no news any more: `query-migrate` goes on telling of the last one. */
  private lastEnd: string | undefined;
  private mirror: Mirror = 'none';
  /** Since when the CPUs run; only a destination is asked for it. */
  private ran: Ran | undefined;

  /** `mirroring`: it was found as the secondary of a COLO pair, its CPUs running since then or not at all. */
  constructor(phase: GuestPhase, migration: MigrationStatus, mirroring?: { readonly ran: Ran | undefined }) {
    // a guest that runs while the rest of its memory follows, or whose end is not told yet, is the receiving end
    const late = phase === 'running' && isArriving(migration);
    this.side = phase === 'incoming' || late ? 'destination' : 'source';
    this.resumed = late;
    if (mirroring) {
      this.mirror = 'certain';
      this.ran = mirroring.ran;
    }
    if (this.side === 'source') this.lastEnd = endOf(migration);
  }

  /** Whether a migration is under way whose end should be looked for. A COLO goes on and on, and tells of its end. */
  get underway(): boolean {
    if (this.status === 'colo') return false;
    return this.status !== 'idle' || (this.side === 'destination' && this.resumed);
  }

  /** Whether its CPUs, running or not, are another host's business: nothing is to be reported of them. */
  get mirrors(): boolean {
    return this.mirror !== 'none';
  }

  /** Whether it may still turn out to be a mirror: a destination whose guest never ran. */
  get mayMirror(): boolean {
    return this.side === 'destination' && this.mirror === 'none' && !this.resumed && !this.loaded;
  }

  /** Whether the last that was told of it is that all of it was sent. */
  get hasLeft(): boolean {
    return this.status === 'idle' && this.lastEnd === end('source', 'completed');
  }

  /** It is set up for COLO, and QEMU will not tell of it by events: its next RESUME is not yet the guest's own. */
  suspectMirror(): void {
    if (this.mayMirror) this.mirror = 'suspected';
  }

  /** A `MIGRATION` event; `at`: its time, for CPUs that are from then on the guest's own. */
  told(status: string, at: Ran): readonly MigrationFact[] {
    const told =
      status === 'completed' && this.status === 'idle' && (this.lastEnd?.endsWith(status) ?? false);
    return told ? [] : this.take(status, at);
  }

  /** A reply of `query-migrate`. */
  polled(reply: MigrationStatus): readonly MigrationFact[] {
    const known = this.status === 'idle' && ENDED.includes(reply.status ?? '') && !this.isNews(reply);
    return reply.status === undefined || known ? [] : this.take(reply.status, undefined);
  }

  /** A `COLO_EXIT` event that somebody asked for: this end of the pair has the guest to itself now. */
  leftColo(mode: string, at: Ran): readonly MigrationFact[] {
    const end = this.side === 'source' ? 'primary' : 'secondary';
    return mode === end && (this.mirrors || this.status === 'colo') ? this.take('completed', at) : [];
  }

  /** The CPUs are about to be told of as running: what must be known before. */
  beforeResume(): readonly MigrationFact[] {
    return this.side === 'source' && this.status === 'cancelling' ? this.fail('cancelled') : [];
  }

  /** The CPUs run. */
  afterResume(ran: Ran): readonly MigrationFact[] {
    this.ran = ran;
    if (this.side === 'source' || this.mirrors) return [];
    this.resumed = true;
    const facts = this.loaded ? [] : this.begin();
    this.becomeSource();
    return facts;
  }

  /** The CPUs stopped. */
  afterStop(): void {
    this.ran = undefined;
  }

  private take(status: string, at: Ran | undefined): readonly MigrationFact[] {
    if (status === 'none') return [];
    if (FAILED.includes(status)) return this.fail(status);
    if (this.side === 'source') return status === 'completed' ? this.leave() : this.goOn(status);
    const before = this.mirror;
    this.mirror = mirrorAfter(before, status);
    const facts = status === 'completed' ? this.load() : this.goOn(status);
    if (status === 'colo') return [...facts, ...this.becomeMirror()];
    return before === 'none' || this.mirrors ? facts : [...facts, ...this.becomeOwn(before, at)];
  }

  private isNews(reply: MigrationStatus): boolean {
    const ofOurSide = FAILED.includes(reply.status ?? '') || isOutgoing(reply) === (this.side === 'source');
    return ofOurSide && endOf(reply) !== this.lastEnd;
  }

  private begin(): readonly MigrationFact[] {
    if (this.status !== 'idle' || (this.side === 'destination' && this.loaded)) return [];
    this.status = 'underway';
    this.lastEnd = undefined;
    return [{ call: this.side === 'source' ? 'outgoing' : 'incoming' }];
  }

  private goOn(status: string): readonly MigrationFact[] {
    const facts = this.begin();
    this.status = status === 'cancelling' || status === 'colo' ? status : 'underway';
    return facts;
  }

  /** The source is done. The primary of a COLO pair is so where it goes on alone: the guest never left. */
  private leave(): readonly MigrationFact[] {
    const stays = this.status === 'colo';
    const facts = this.begin();
    this.status = 'idle';
    this.lastEnd = end('source', 'completed');
    return [...facts, stays ? { call: 'failed', side: 'source', status: 'colo' } : { call: 'left' }];
  }

  private load(): readonly MigrationFact[] {
    if (this.loaded) return [];
    const facts = this.begin();
    this.status = 'idle';
    this.lastEnd = end('destination', 'completed');
    this.loaded = true;
    this.becomeSource();
    return [...facts, { call: 'loaded' }];
  }

  private fail(status: string): readonly MigrationFact[] {
    const { side } = this;
    if (this.lastEnd === end(side, status)) return [];
    const facts = this.begin();
    this.status = 'idle';
    this.lastEnd = end(side, status);
    return [...facts, { call: 'failed', side, status }];
  }

  /** It turns out to be a mirror: where its CPUs were told of as running, that was not so. */
  private becomeMirror(): readonly MigrationFact[] {
    const { resumed } = this;
    this.resumed = false;
    return resumed ? [{ call: 'stopped' }] : [];
  }

  /**
   * Its CPUs are the guest's own now: if they run, that counts. One that never was a mirror has run since its RESUME,
   * and so has one of which only `query-migrate` told: QEMU stops and resumes a secondary as it takes over.
   */
  private becomeOwn(before: Mirror, at: Ran | undefined): readonly MigrationFact[] {
    const { ran } = this;
    if (ran === undefined) return [];
    this.resumed = true;
    this.becomeSource();
    return [{ call: 'resumed', ...(before === 'certain' && at ? at : ran) }];
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
