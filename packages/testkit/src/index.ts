export { type AddressClaim, addressClaim } from './address-claim.js';
export { type CompanionContractOptions, companionContract } from './contract/companion-contract.js';
export {
  type ContractCase,
  type ContractSuite,
  type TestHooks,
  testContract,
} from './contract/contract-suite.js';
export {
  type FrameSinkContractOptions,
  frameSinkContract,
} from './contract/frame-sink-contract.js';
export {
  type GuestMonitorContractOptions,
  guestMonitorContract,
  type MonitorSurroundings,
  type OpenedMonitor,
} from './contract/guest-monitor-contract.js';
export type { DisconnectedHandoff } from './contract/handoff-disconnected-case.js';
export {
  type HandoffStoreContractOptions,
  handoffStoreContract,
} from './contract/handoff-store-contract.js';
export type { OpenedHandoff } from './contract/handoff-use.js';
export type { ContractCards } from './contract/model-under-test.js';
export { type NetworkWatchContractOptions, networkWatchContract } from './contract/network-watch-contract.js';
export { type NicModelContractOptions, nicModelContract } from './contract/nic-model-contract.js';
export type { ContractValues, NicValues } from './contract/nic-values.js';
export type { OpenedLearner } from './contract/opened-learner.js';
export type { OpenedNetworkWatch } from './contract/opened-network-watch.js';
export type { OpenedSink } from './contract/opened-sink.js';
export {
  type StationLearnerContractOptions,
  stationLearnerContract,
} from './contract/station-learner-contract.js';
export { Fabric, type FabricHost } from './fabric.js';
export type { FabricFrame } from './fabric-frame.js';
export { FabricGuest, type FabricGuestOptions } from './fabric-guest.js';
export { FabricLearner } from './fabric-learner.js';
export {
  FabricMigration,
  type FabricMigrationEnd,
  type FabricMigrationOptions,
  type FabricMigrationResult,
  type HeardFrame,
} from './fabric-migration.js';
export { FabricNetworkWatch, type FabricNetworkWatchOptions } from './fabric-network-watch.js';
export { type FabricPluginOptions, fabricPlugin } from './fabric-plugin.js';
export { FabricSink, type SentFrame } from './fabric-sink.js';
export { FakeClock } from './fake-clock.js';
export { type FakeDeviceOptions, fakeDevice } from './fake-device.js';
export type { FabricStation, GroupMembership } from './group-reports.js';
export {
  type BridgeOptions,
  type BridgePort,
  type ForwardingEntry,
  LearningBridge,
} from './learning-bridge.js';
export { MemoryHandoff, type MemoryHandoffOptions } from './memory-handoff.js';
export { MemoryImage } from './memory-image.js';
export { PlayedMonitor } from './played-monitor.js';
export type { QmpArguments, QmpError, QmpReply } from './qmp-reply.js';
export { recordedCard } from './recorded-card.js';
export { recordedDevice } from './recorded-device.js';
export { type QmpEvent, RecordedQemu, type RunState } from './recorded-qemu.js';
export type { RecordedEvent, RecordedExchange, RecordedSession } from './recorded-session.js';
export { loadRecording, type RecordedTruth, type Recording, recordingNames } from './recording.js';
export { sampleReport } from './sample-report.js';
export { ScriptedQmpServer } from './scripted-qmp-server.js';
export { StationProbes, type StationProbesOptions, type StationReturn } from './station-probes.js';
