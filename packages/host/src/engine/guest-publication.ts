import type { Snapshot } from '@nic-herald/core';
import { guestPublisher } from '../handoff/guest-publisher.js';
import type { PublisherSet } from '../handoff/publisher-set.js';
import { publishedAs, type Residence } from '../residence/residence.js';
import type { ArrivalParts } from './guest-arrival.js';
import type { GuestWarnings } from './guest-warnings.js';
import type { PacedWork } from './paced-work.js';

/** The guest whose snapshots are published. */
export interface PublishedGuest {
  readonly residence: () => Residence;
  /** Whether this process is the one of its key that publishes. */
  readonly mayPublish: () => boolean;
  /** Looks at the cards; what fails is told, and tried again. */
  readonly look: () => Promise<void>;
  /** Finds out which of its MACs are other guests', as of now. */
  readonly readOwners: () => Promise<unknown>;
}

/** What is published of a guest, and when. */
export class GuestPublication {
  private readonly publisher: PublisherSet | undefined;
  private readonly handingOn: PacedWork;
  private readonly sayingLastWords: PacedWork;

  constructor(
    private readonly parts: ArrivalParts,
    private readonly owner: PublishedGuest,
    warnings: GuestWarnings,
  ) {
    const { guest, handoff, knowledge, services, work } = parts;
    this.handingOn = work.pacedWork(() => this.lookAndPublish());
    this.sayingLastWords = work.pacedWork(() => this.learnAndPublish());
    this.publisher = guestPublisher(
      {
        guest,
        stores: handoff.stores,
        knowledge,
        warnings,
        standing: () => this.standing,
        moves: () => handoff.moves,
        mayRepeat: () => owner.residence().state === 'left' && owner.mayPublish(),
        maxAgeMs: () => handoff.maxAgeMs,
      },
      services,
    );
  }

  /** Publishes soon, where there is anything to publish. */
  now(): void {
    this.publisher?.request(0);
  }

  /** Publishes in its turn, with what changes meanwhile. */
  later(): void {
    this.publisher?.request();
  }

  /** The guest is being sent away: it is the last moment to look at its cards. */
  handOn(): void {
    this.handingOn.request();
  }

  /** The guest stopped. It may be leaving, also where QEMU does not say so. QEMU is no longer to be asked; the ports are. */
  sayLastWords(): void {
    this.sayingLastWords.request();
  }

  async close(): Promise<void> {
    await this.publisher?.close();
  }

  private async lookAndPublish(): Promise<void> {
    const { knowledge, ownership } = this.parts;
    await ownership.freshen(knowledge.evidence());
    await this.owner.look();
    await this.owner.readOwners();
    await this.publish();
  }

  private async learnAndPublish(): Promise<void> {
    await this.parts.observation.learn();
    await this.publish();
  }

  private async publish(): Promise<void> {
    this.now();
    await this.publisher?.flush();
  }

  /** Also while it is stopped: what was seen before STOP is what the destination needs. */
  private get standing(): Pick<Snapshot, 'epoch' | 'residence'> | undefined {
    const { owner } = this;
    const known = owner.residence();
    const residence = publishedAs(known) ?? this.lastStanding(known);
    const isReady = residence !== undefined && this.parts.knowledge.hasLooked;
    return isReady && owner.mayPublish() ? { epoch: known.epoch, residence } : undefined;
  }

  /** All of it may be sent before its last words are said: to whoever has it now they say as much. */
  private lastStanding({ state, toJudge }: Residence): Snapshot['residence'] {
    return this.sayingLastWords.isDue && state === 'left' && toJudge === undefined ? 'leaving' : undefined;
  }
}
