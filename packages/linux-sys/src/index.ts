export { type BpfMapEntries, LruHashMap } from './bpf-map.js';
export { instruction, loadClassifier, withMap } from './bpf-program.js';
export { type ForwardingEntry, learnedAtPort, untaggedVlanOf } from './bridge.js';
export { type Capability, heldCapabilities } from './capabilities.js';
export { commandLine } from './command-line.js';
export { CounterMap } from './counter-map.js';
export type { FileDescriptor } from './file-descriptor.js';
export { type HeldInterface, heldInterfaces } from './held-interfaces.js';
export type { BridgePortState, LinkInfo, OperState } from './link-info.js';
export {
  createVethPair,
  deleteLink,
  disableIpv6Addresses,
  findLink,
  interfaceIndex,
  type LinkSelector,
  portsOfMaster,
  setLinkUp,
} from './links.js';
export { LinuxError, type LinuxErrorDetails, nameOfErrno, SystemCallError } from './linux-error.js';
export { macvtapDevice } from './macvtap-device.js';
export type { BpfMapShape } from './make-bpf-map.js';
export { acquireNamespaceLock, type NamespaceLock } from './namespace-lock.js';
export type { NetlinkMessage } from './netlink-message.js';
export { type NetlinkRequest, NetlinkSocket } from './netlink-socket.js';
export { networkNamespace } from './network-namespace.js';
export { openPacketSocket, type PacketSocket, type PacketSocketOptions } from './packet-socket.js';
export { isStillProcess, type ProcessIncarnation, processIncarnation } from './process-incarnation.js';
export {
  SendBatch,
  type SendFailure,
  type SendOutcome,
  type SendSocket,
  type SendSystem,
} from './send-batch.js';
export { peerOf, type SocketPeer } from './socket-peer.js';
export { type TapBehind, tapBehind } from './tap-behind.js';
export {
  addClassifier,
  addClsact,
  attachEgressClassifier,
  type ClassifierHook,
  type ClassifierPlace,
  listFilters,
  removeClassifier,
  removeClsact,
  type TrafficFilter,
} from './traffic-control.js';
