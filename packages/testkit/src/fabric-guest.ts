import type { CancelTimer, Clock, Station } from '@nic-herald/core';
import { arpLength, encodeArp, encodeRarp, Ipv4Address, MacAddress, rarpLength } from '@nic-herald/wire';
import type { BridgePort } from './learning-bridge.js';

/** What a guest of the fabric is. */
export interface FabricGuestOptions {
  /** The MAC its card was configured with: what QEMU announces. */
  readonly primaryMac: MacAddress;
  /** All it truly answers to. */
  readonly stations: readonly Station[];
}

/** When QEMU 7.2 announces after RESUME, ms, with its default parameters. */
const QEMU_ANNOUNCES_AT_MS = [0.05, 50, 200, 450, 800];

const NOBODY = Ipv4Address.of('0.0.0.0');
const GATEWAY = Ipv4Address.of('192.0.2.1');

/** A quiet guest on the fabric, and the QEMU around it: it speaks when told to, and QEMU announces one MAC after a migration. */
export class FabricGuest {
  private timers: CancelTimer[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly options: FabricGuestOptions,
  ) {}

  /** The guest speaks once on each of its stations, so that the network learns them at this port. */
  speak(port: BridgePort): void {
    for (const station of this.options.stations) port.receive(arpProbe(station));
  }

  /**
   * The guest's CPUs begin to run behind this port after a migration: QEMU announces the configured MAC five
   * times, untagged. The first leaves 50 us later, as measured; the guest itself keeps quiet.
   */
  resume(port: BridgePort): void {
    this.stop();
    const rarp = { mac: this.options.primaryMac };
    const frame = new Uint8Array(rarpLength(rarp));
    encodeRarp(rarp, frame, 0);
    this.timers = QEMU_ANNOUNCES_AT_MS.map((delayMs) =>
      this.clock.setTimer(delayMs, () => port.receive(frame)),
    );
  }

  /** Nothing more is sent on the guest's behalf. */
  stop(): void {
    for (const cancel of this.timers) cancel();
    this.timers = [];
  }
}

function arpProbe({ mac, vlan }: Station): Uint8Array {
  const request = {
    destination: MacAddress.of('ff:ff:ff:ff:ff:ff'),
    source: mac,
    vlan,
    operation: 'request',
    senderMac: mac,
    senderIp: NOBODY,
    targetMac: MacAddress.of('00:00:00:00:00:00'),
    targetIp: GATEWAY,
  } as const;
  const frame = new Uint8Array(arpLength(request));
  encodeArp(request, frame, 0);
  return frame;
}
