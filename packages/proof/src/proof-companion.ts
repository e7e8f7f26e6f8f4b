import {
  type AccompaniedAnnouncement,
  type Accompaniment,
  type AnnouncementCompanion,
  CLOCK,
  type Clock,
  GUEST_NOTES,
  type GuestNotes,
  HERALD_HOST,
  type HeraldHost,
  type HostService,
  type Resolver,
} from '@nic-herald/core';
import { GuestProof } from './guest-proof.js';
import type { PortSight } from './port-sight.js';

/** Says of each guest that is announced which of its stations are back. */
export class ProofCompanion implements AnnouncementCompanion, HostService {
  readonly name = 'proof';

  constructor(
    private readonly sight: PortSight,
    private readonly clock: Clock,
    private readonly windowMs: number,
    private readonly notes: GuestNotes,
    private readonly host: Pick<HeraldHost, 'announce'>,
  ) {}

  static of(resolver: Resolver, sight: PortSight, windowMs: number): ProofCompanion {
    return new ProofCompanion(
      sight,
      resolver.get(CLOCK),
      windowMs,
      resolver.get(GUEST_NOTES),
      resolver.get(HERALD_HOST),
    );
  }

  accompany(announcement: AccompaniedAnnouncement): Accompaniment {
    return new GuestProof(announcement, this.sight, this.clock, this.windowMs, this.notes, this.host);
  }

  close(): Promise<void> {
    this.sight.close();
    return Promise.resolve();
  }
}
