import type {
  AnnounceMode,
  AnnouncementCompanion,
  AnnouncementKind,
  AnnouncePolicy,
  Clock,
  MigrationEventBus,
  PortResolver,
  Turns,
} from '@nic-herald/core';
import type { FramePacer } from '../announce/frame-pacer.js';
import type { FrameSchedule } from '../announce/frame-schedule.js';
import type { SinkRegistry } from '../announce/sink-registry.js';
import type { SinkWatch } from '../announce/sink-watch.js';
import type { ArmRefusals } from '../facts/arm-refusals.js';
import type { HandoffStores } from '../handoff/handoff-stores.js';
import type { HostTwinWatch } from '../handoff/host-twin-watch.js';
import type { OtherGuests } from '../handoff/other-guests.js';
import type { ModelRegistry } from '../knowledge/model-registry.js';
import type { LearnerRegistry } from '../learn/learner-registry.js';
import type { Neighbourhood } from '../ownership/neighbourhood.js';

/** What every part of the announce engine works with; one set per host. */
export interface EngineServices {
  /** The host's name in snapshots and reports. */
  readonly host: string;
  /** This agent in snapshots: made anew at each start. */
  readonly agent: string;
  readonly clock: Clock;
  readonly bus: MigrationEventBus;
  readonly policy: AnnouncePolicy;
  /** Absent: ports are those that monitors state themselves. */
  readonly ports?: PortResolver;
  readonly models: ModelRegistry;
  readonly sinks: SinkRegistry;
  /** Tells when a sink that could not send can do so again. */
  readonly sinkWatch: SinkWatch;
  /**
   * The pace of all announcements of this host. What is only observed has one of its own: it shows what would have had
   * to wait, and delays nothing that is sent.
   */
  readonly pacers: Readonly<Record<AnnounceMode, FramePacer>>;
  /** Warnings already given of frames that could not be armed. */
  readonly armRefusals: ArmRefusals;
  /** What is done for guests that run here and did not just arrive: as an agent starts, for hundreds at once. */
  readonly catchingUp: Turns;
  /** The ports of guests are found for few guests together. */
  readonly findingPorts: Turns;
  /** What is published, but for what a guest says as it leaves. */
  readonly publishing: Turns;
  /** When frames are due next. */
  readonly schedule: FrameSchedule;
  readonly learners: LearnerRegistry;
  readonly kinds: ReadonlyMap<string, AnnouncementKind>;
  /** What goes along with each announcement. */
  readonly companions: readonly AnnouncementCompanion[];
  readonly handoff: HandoffStores;
  readonly otherGuests: OtherGuests;
  /** The networks that this host's guests are in. */
  readonly neighbourhood: Neighbourhood;
  readonly hostTwins: HostTwinWatch;
}
