import type { MigrationReport } from '../announce/migration-report.js';
import { type Token, token } from '../di/injection.js';
import type { Guest } from '../guest/guest.js';
import type { MigrationEventBus } from '../migration/migration-event-bus.js';
import type { AnnounceRequest } from './announce-request.js';
import type { CardRecording } from './card-recording.js';
import type { GuestInspection } from './guest-inspection.js';
import type { HostDescription } from './host-description.js';
import type { HostStats } from './host-stats.js';
import type { HostHealth } from './part-health.js';
import type { RecordRequest } from './record-request.js';

/**
 * The host as its plugins see it. It is there before there is an announce engine: until that stands, and
 * once it is closed, `guests` gives none, and `inspect`, `announce` and `record` reject with HERALD_HOST_NOT_READY. A
 * `HOST_SERVICE` is started when it answers.
 */
export interface HeraldHost {
  /** The name under which its snapshots and reports go. */
  readonly name: string;
  readonly bus: MigrationEventBus;
  /** The guests seen now. */
  guests(): readonly Guest[];
  /**
   * Looks at a guest now and plans, without sending. A guest that waits for a migration is not read: its plan
   * comes from the hand-off. Rejects with HERALD_GUEST_UNKNOWN for a guest that is not here.
   */
  inspect(guest: Guest): Promise<GuestInspection>;
  /**
   * Announces a running guest now and resolves with the report after its last round; for one that is only observed
   * nothing is sent, and the report's outcome is `observed`. Rejects with
   * HERALD_GUEST_NOT_RUNNING for one that does not run here, HERALD_NIC_UNKNOWN, HERALD_ANNOUNCE_TIMING.
   */
  announce(guest: Guest, request?: AnnounceRequest): Promise<MigrationReport>;
  /**
   * Records a live card for the tests of its model: what the model of this host reads of it, and the words named. A model
   * that fails leaves the rest, and a `problem`. Rejects with HERALD_GUEST_UNKNOWN, HERALD_GUEST_NOT_RUNNING,
   * HERALD_GUEST_UNREADABLE, HERALD_NIC_UNKNOWN, HERALD_NIC_AMBIGUOUS where none is named and there are several,
   * HERALD_RECORD_WORDS for words that are not within a memory region, HERALD_CANCELLED.
   */
  record(guest: Guest, request?: RecordRequest): Promise<CardRecording>;
  /** What is composed, from which plugin, and how long it took. */
  describe(): HostDescription;
  /**
   * The last reports, the newest last; a later revision of one stands in its place. At most 256, and fewer where more
   * than 100 000 announcements and refusals would be in them together.
   */
  reports(): readonly MigrationReport[];
  /** What was counted since the start, and what stands now. Throws HERALD_HOST_NOT_READY while plugins are constructed. */
  stats(): HostStats;
  /**
   * Whether it can do its work now. A hand-off store that was not called for ten seconds is asked, and given 2 s to answer;
   * all else is as it was told last. Rejects with HERALD_HOST_NOT_READY while plugins are constructed.
   */
  health(): Promise<HostHealth>;
}

/** The host itself. One; `composeHost` provides it. */
export const HERALD_HOST: Token<HeraldHost> = token<HeraldHost>('core/herald-host');
