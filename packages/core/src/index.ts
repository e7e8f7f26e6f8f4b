export {
  ANNOUNCE_HANDLER,
  type AnnounceContext,
  type AnnounceHandler,
  type Candidate,
} from './announce/announce-handler.js';
export {
  ANNOUNCE_POLICY,
  type AnnounceMode,
  type AnnouncePolicy,
  DEFAULT_GUEST_POLICY,
  type GuestPolicy,
} from './announce/announce-policy.js';
export type { Announcement, Evidence } from './announce/announcement.js';
export {
  type AccompaniedAnnouncement,
  type Accompaniment,
  ANNOUNCEMENT_COMPANION,
  type AnnouncementCompanion,
} from './announce/announcement-companion.js';
export { ANNOUNCEMENT_KIND, type AnnouncementKind } from './announce/announcement-kind.js';
export {
  ANNOUNCE_CAUSES,
  ANNOUNCE_OUTCOMES,
  type MigrationReport,
} from './announce/migration-report.js';
export type { Refusal } from './announce/plan.js';
export { type Station, type StationKey, stationKey, stationOf } from './announce/station.js';
export { type CancelTimer, CLOCK, type Clock } from './clock.js';
export { inject, injectAll, injectable, multiToken, type Token, token } from './di/injection.js';
export type { Resolver } from './di/scope.js';
export type { Guest, GuestOrigin, GuestPhase, SelfAnnouncement } from './guest/guest.js';
export {
  type GuestIdentity,
  type GuestKey,
  guestIdentity,
  guestKeyOf,
  guestLabel,
} from './guest/guest-identity.js';
export { isSameProcess, type ProcessIncarnation } from './guest/process-incarnation.js';
export { GUEST_NOTES, type GuestNotes } from './handoff/guest-notes.js';
export {
  type HandoffNote,
  type HandoffNotes,
  MAX_NOTE_BYTES,
  MAX_NOTES_PER_GUEST,
  NOTE_KEPT_MS,
} from './handoff/handoff-note.js';
export type { HandoffOptions } from './handoff/handoff-options.js';
export {
  HANDOFF_STORE,
  type HandoffClaim,
  type HandoffEntry,
  type HandoffStore,
  LEAST_ENTRY_BYTES,
} from './handoff/handoff-store.js';
export { type KeyValueStore, keyValueHandoff, type StoredEntry } from './handoff/key-value-handoff.js';
export { isNestedDeeperThan } from './handoff/nesting.js';
export { encodeNote, parseNote } from './handoff/parse-note.js';
export {
  MAX_SNAPSHOT_ADDRESSES,
  MAX_SNAPSHOT_ASKED,
  MAX_SNAPSHOT_DEPTH,
  parseSnapshot,
} from './handoff/parse-snapshot.js';
export { headOf, type Snapshot, type SnapshotHead } from './handoff/snapshot.js';
export {
  asHeraldError,
  type ErrorCode,
  type ErrorDetails,
  HeraldError,
  isHeraldError,
} from './herald-error.js';
export type { AnnounceRequest } from './host/announce-request.js';
export type { CardRecording } from './host/card-recording.js';
export type { GuestInspection } from './host/guest-inspection.js';
export { HERALD_HOST, type HeraldHost } from './host/herald-host.js';
export type { HostDescription } from './host/host-description.js';
export type { HostStats } from './host/host-stats.js';
export type { HostHealth, PartState } from './host/part-health.js';
export { MAX_NAMED_WORDS, type RecordRequest } from './host/record-request.js';
export { REPORT_ARCHIVE, type ReportArchive, type ReportCounts } from './host/report-archive.js';
export type { AskedAddress } from './learn/asked-address.js';
export type { LearnedAddress } from './learn/learned-address.js';
export { type LearnedStation, SIGHTING_LAG_MS } from './learn/learned-station.js';
export type { MulticastReports } from './learn/multicast-reports.js';
export {
  type LearnedStations,
  type PortLearner,
  STATION_LEARNER,
  type StationLearner,
} from './learn/station-learner.js';
export { messageOf } from './message-of.js';
export { MIGRATION_EVENT_BUS, type MigrationEventBus } from './migration/migration-event-bus.js';
export type { MigrationEvents } from './migration/migration-events.js';
export { GUEST_INTAKE, type GuestIntake } from './monitor/guest-intake.js';
export { GUEST_MONITOR, type GuestMonitor } from './monitor/guest-monitor.js';
export type { DeviceInspector, DeviceRegion, InspectOptions, WordRange } from './nic/device-inspector.js';
export type { EgressFilter } from './nic/egress-filter.js';
export type { FilterView, Incompleteness } from './nic/filter-view.js';
export { macOfWords } from './nic/mac-of-words.js';
export type { NicDescriptor } from './nic/nic-descriptor.js';
export type { NicLimits } from './nic/nic-limits.js';
export { NIC_MODEL, type NicModel, type RestorableStates } from './nic/nic-model.js';
export { nicNotEnabled } from './nic/nic-not-enabled.js';
export { nicUnreadable } from './nic/nic-unreadable.js';
export { readRegisters } from './nic/read-registers.js';
export { registerAddress } from './nic/register-address.js';
export { parseState, type StateSchema } from './nic/state-schema.js';
export type { Finding } from './plugin/finding.js';
export { type HeraldPlugin, PLUGIN_CONTRACT, type PluginRegistrar } from './plugin/herald-plugin.js';
export { HOST_SERVICE, type HostService } from './plugin/host-service.js';
export type { PluginFactory } from './plugin/plugin-factory.js';
export {
  leftOutOption,
  listOption,
  MAX_SOCKET_PATH_BYTES,
  type PluginOption,
  socketPathOption,
  textOption,
  wholeNumberOption,
  yesOrNoOption,
} from './plugin/plugin-option.js';
export { checkedOptions, type OptionsSchema, optionsSchema } from './plugin/plugin-options.js';
export type { CarriedVlans } from './port/carried-vlans.js';
export {
  NETWORK_WATCH,
  type NetworkLook,
  type NetworkQuestion,
  type NetworkSighting,
  type NetworkWatch,
} from './port/network-watch.js';
export type { NicBackend } from './port/nic-backend.js';
export type { Port } from './port/port.js';
export type { PortAttachment } from './port/port-attachment.js';
export type { PortClaim } from './port/port-claim.js';
export { PORT_RESOLVER, type PortResolution, type PortResolver } from './port/port-resolver.js';
export type { ArmedFrames, ArmRefusal, ArmRequest, FrameGrant, Taken } from './sink/armed-frames.js';
export { type FrameBatch, framesOf } from './sink/frame-batch.js';
export {
  type ChannelHealth,
  FRAME_SINK,
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  type PreparedBatch,
  type SendResult,
  type SinkOptions,
  type SinkState,
} from './sink/frame-sink.js';
export { Turns } from './turns.js';
