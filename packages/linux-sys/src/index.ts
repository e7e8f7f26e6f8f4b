export { allOrNothing } from './all-or-nothing.js';
export { BatchScheduling } from './batch-scheduling.js';
export { BpfArray } from './bpf-array.js';
export { BpfHashMap, type BpfMapEntries } from './bpf-hash-map.js';
export { BpfKeySet, type BpfKeySetShape } from './bpf-key-set.js';
export { instruction, loadClassifier, loadSocketFilter, withMap } from './bpf-program.js';
export { BpfQueue } from './bpf-queue.js';
export { BpfTable } from './bpf-table.js';
export {
  type BridgeEntry,
  type ForwardingEntry,
  learnedAtPort,
  tableOfBridge,
  tableOfPort,
  untaggedVlanOf,
  untaggedVlans,
} from './bridge.js';
export type { BridgePortVlans } from './bridge-port-vlans.js';
export { type Capability, heldCapabilities } from './capabilities.js';
export { clearDeadIngress } from './clear-dead-ingress.js';
export { commandLine } from './command-line.js';
export { CounterMap } from './counter-map.js';
export type { BpfMapShape } from './create-bpf-map.js';
export { exitNow } from './exit-now.js';
export type { FileDescriptor } from './file-descriptor.js';
export { type FrameWatch, watchFrames, watchIngress } from './frame-watch.js';
export { type HeldInterface, heldInterfaces } from './held-interfaces.js';
export { type InterfaceAddress, interfaceAddresses } from './interface-addresses.js';
export { InterfaceNews, type NewsOf } from './interface-news.js';
export type { BridgePortState, LinkInfo, MacvlanMode, OperState } from './link-info.js';
export {
  createVethPair,
  deleteLink,
  disableIpv6Addresses,
  findLink,
  interfaceIndex,
  type LinkSelector,
  setLinkUp,
} from './links.js';
export { LinuxError, type LinuxErrorDetails, nameOfErrno, SystemCallError } from './linux-error.js';
export { macvtapDevice } from './macvtap-device.js';
export {
  acquireNamespaceLock,
  type LockHolder,
  lockHolderText,
  type NamespaceLock,
} from './namespace-lock.js';
export type { NetlinkMessage } from './netlink-message.js';
export { type NetlinkRequest, NetlinkSocket } from './netlink-socket.js';
export { networkNamespace } from './network-namespace.js';
export { openPacketSocket, type PacketSocket, type PacketSocketOptions } from './packet-socket.js';
export type { IngressWay } from './port-ingress.js';
export { isStillProcess, type ProcessIncarnation, processIncarnation } from './process-incarnation.js';
export { type GeneratedProgram, programInstructions } from './program-instructions.js';
export {
  SendBatch,
  type SendFailure,
  type SendOutcome,
  type SendSocket,
  type SendSystem,
} from './send-batch.js';
export { sendDatagram } from './send-datagram.js';
export { enterIngress, type IngressPlace } from './shared-ingress.js';
export { type Links, openLinks } from './shared-links.js';
export { peerOf, type SocketPeer } from './socket-peer.js';
export { tableInTurns } from './table-in-turns.js';
export { type TapBehind, tapBehind } from './tap-behind.js';
export { tickLengthNs } from './tick-length.js';
export {
  addClassifier,
  addDiscipline,
  attachEgressClassifier,
  type ClassifierHook,
  type ClassifierPlace,
  type HookDiscipline,
  listFilters,
  removeClassifier,
  removeDiscipline,
  type TrafficFilter,
} from './traffic-control.js';
export { Turn } from './turn.js';
export { joinedVlanRanges, type VlanRange } from './vlan-ranges.js';
