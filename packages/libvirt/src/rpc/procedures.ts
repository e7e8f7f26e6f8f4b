/** One procedure of one of libvirt's programs. */
export interface Procedure {
  readonly program: number;
  readonly number: number;
  /** As libvirt's API calls it, for messages. */
  readonly name: string;
}

// Numbers are part of libvirt's ABI and are never given anew: src/remote/remote_protocol.x, src/remote/qemu_protocol.x,
// src/rpc/virkeepaliveprotocol.x.
const REMOTE_PROGRAM = 0x2000_8086;
const QEMU_PROGRAM = 0x2000_8087;
/** Liveness of the connection itself. */
export const KEEPALIVE_PROGRAM = 0x6b65_6570;

const remote = (number: number, name: string): Procedure => ({ program: REMOTE_PROGRAM, number, name });
const qemu = (number: number, name: string): Procedure => ({ program: QEMU_PROGRAM, number, name });
const keepAlive = (number: number, name: string): Procedure => ({
  program: KEEPALIVE_PROGRAM,
  number,
  name,
});

/** The procedures that are spoken here. */
export const PROCEDURES = {
  open: remote(1, 'ConnectOpen'),
  hypervisorVersion: remote(4, 'ConnectGetVersion'),
  xml: remote(14, 'DomainGetXMLDesc'),
  authList: remote(66, 'AuthList'),
  libraryVersion: remote(157, 'ConnectGetLibVersion'),
  state: remote(212, 'DomainGetState'),
  setMetadata: remote(264, 'DomainSetMetadata'),
  metadata: remote(265, 'DomainGetMetadata'),
  domains: remote(273, 'ConnectListAllDomains'),
  hear: remote(316, 'ConnectDomainEventCallbackRegisterAny'),
  stopHearing: remote(317, 'ConnectDomainEventCallbackDeregisterAny'),
  lifecycleEvent: remote(318, 'DomainEventCallbackLifecycle'),
  deviceRemovedEvent: remote(333, 'DomainEventCallbackDeviceRemoved'),
  deviceAddedEvent: remote(354, 'DomainEventCallbackDeviceAdded'),
  metadataEvent: remote(379, 'DomainEventCallbackMetadataChange'),
  monitorCommand: qemu(1, 'QemuDomainMonitorCommand'),
  hearMonitor: qemu(4, 'QemuConnectDomainMonitorEventRegister'),
  stopHearingMonitor: qemu(5, 'QemuConnectDomainMonitorEventDeregister'),
  monitorEvent: qemu(6, 'QemuDomainMonitorEvent'),
  ping: keepAlive(1, 'KeepAlivePing'),
  pong: keepAlive(2, 'KeepAlivePong'),
} as const satisfies Readonly<Record<string, Procedure>>;
