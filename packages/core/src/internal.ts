// For packages of nic-herald itself; not part of the contract with plugins.

export {
  ANNOUNCE_PACING_RANGES,
  type AnnouncePacing,
  checkAnnouncePacing,
  DEFAULT_ANNOUNCE_PACING,
  type FrameRate,
} from './announce/announce-pacing.js';
export type { Trust } from './announce/announce-policy.js';
export {
  ANNOUNCE_PRESETS,
  type AnnouncePreset,
  DEFAULT_ANNOUNCE_KINDS,
  PRESET_PACINGS,
  PRESET_TIMINGS,
} from './announce/announce-presets.js';
export {
  ANNOUNCE_TIMING_RANGES,
  type AnnounceTiming,
  type AnnounceTimingNumber,
  checkAnnounceTiming,
  DEFAULT_ANNOUNCE_TIMING,
  timingWith,
} from './announce/announce-timing.js';
export type { AccompaniedNic } from './announce/announcement-companion.js';
export type { AnnouncementSubject } from './announce/announcement-kind.js';
export { type AnnouncementSeal, announcementSeal } from './announce/announcement-seal.js';
export type {
  AnnounceCause,
  AnnounceOutcome,
  KernelFiring,
  NicReport,
  ReportWarning,
  RoundReport,
} from './announce/migration-report.js';
export {
  type MulticastRefreshReport,
  type MulticastSection,
  multicastOf,
} from './announce/multicast-section.js';
export { nlbDenial } from './announce/nlb-denial.js';
export type { NicPlan, Plan, PlanSource, RefusalReason } from './announce/plan.js';
export {
  isProved,
  type NicProof,
  PROOF_CAUSES,
  PROOF_VERDICTS,
  type ProofCause,
  type ProofSection,
  type ProofVerdict,
  proofOf,
  type StationEvidence,
  type StationProof,
} from './announce/proof-section.js';
export {
  MAX_SECTION_BYTES,
  MAX_SECTION_DEPTH,
  MAX_SECTIONS,
  type ParsedSection,
  parseSection,
} from './announce/report-section.js';
export type { AnyClass, AnyToken, Class, Injects, MultiToken } from './di/injection.js';
export { tokenName } from './di/injection.js';
export type { Provider } from './di/scope.js';
export { Scope } from './di/scope.js';
export { MAX_GUEST_NAME, parseGuestKey } from './guest/guest-identity.js';
export { MAX_MACS_PER_QUESTION, USUAL_PREFERENCE } from './handoff/handoff-store.js';
export {
  isParsedSnapshot,
  MAX_HOST_NAME,
  MAX_PLACE,
  MAX_SNAPSHOT_NICS,
  MAX_SNAPSHOT_STATIONS,
} from './handoff/parse-snapshot.js';
export { OWNERSHIP_REASONS, type OwnershipReason, type SeenElsewhere } from './handoff/seen-elsewhere.js';
export {
  MAX_SNAPSHOT_MOVES,
  type NicSnapshot,
  SNAPSHOT_FORMAT,
  type SnapshotResidence,
  type SnapshotWriter,
} from './handoff/snapshot.js';
export type { PluginDescription, RegistrationDescription } from './host/host-description.js';
export type { CallStats, Counts, TimeStats } from './host/host-stats.js';
export type { MulticastStatus } from './host/multicast-status.js';
export type { KernelStatus, NicInspection } from './host/nic-inspection.js';
export type { HostParts, HostState, PartHealth } from './host/part-health.js';
export type { NamedWords } from './host/record-request.js';
export type { SinkStatus } from './host/sink-status.js';
export type { AddressProof } from './learn/learned-address.js';
export { followMigrations } from './migration/follow-migrations.js';
export type { MigrationEventName } from './migration/migration-event-bus.js';
export { IsolatingEventBus } from './migration/migration-event-bus.js';
export type { MigrationSide } from './migration/migration-events.js';
export {
  type AnnouncedLine,
  type AnnouncedNic,
  MAX_LINE_BYTES,
  MAX_LINE_MESSAGE,
  MAX_LINE_WARNINGS,
  type MigrationFactLine,
  type MigrationLine,
  type ProofLine,
} from './migration/migration-line.js';
export { parseMigrationLine } from './migration/parse-migration-line.js';
export { boundedArray, distinctArray } from './nic/bounded-array.js';
export {
  type IncompletenessCase,
  incompletenessBy,
  RECEIVER_OFF,
  VLAN_FILTER_OFF,
} from './nic/incompleteness-case.js';
export { macSchema } from './nic/mac-schema.js';
export type { FilterChanges } from './nic/nic-model.js';
export type { ParsedState } from './nic/state-schema.js';
export { listedVlans, vlanListSchema } from './nic/vlan-list-schema.js';
export { vlansOfBits } from './nic/vlans-of-bits.js';
export type { DiagnoseContext } from './plugin/finding.js';
export type { VlanRange } from './port/carried-vlans.js';
export { portKey } from './port/port-key.js';
export { roundedMs } from './rounded-ms.js';
export { frameCount } from './sink/frame-batch.js';
