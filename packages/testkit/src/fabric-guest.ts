import type { CancelTimer, Clock } from '@nic-herald/core';
import {
  encodeRarp,
  IpAddress,
  Ipv4Address,
  Ipv6Address,
  type MacAddress,
  rarpLength,
} from '@nic-herald/wire';
import { type FabricStation, type GroupMembership, groupReport } from './group-reports.js';
import type { BridgePort } from './learning-bridge.js';
import { arpFrame, discoveryFrame } from './spoken-frames.js';

/** What a guest of the fabric is. */
export interface FabricGuestOptions {
  /** The MAC its card was configured with: what QEMU announces. */
  readonly primaryMac: MacAddress;
  /** All it truly answers to, with the IP addresses it has there. */
  readonly stations: readonly FabricStation[];
  /** The multicast groups it is in; default none. */
  readonly groups?: readonly GroupMembership[];
}

/** When QEMU 7.2 announces after RESUME, ms, with its default parameters. */
const QEMU_ANNOUNCES_AT_MS = [0.05, 50, 200, 450, 800];
/** How long a guest takes to answer, ms: it may choose, within what the query allows; 0 there is "at once". */
const ANSWERS_AFTER_MS = 1;

const NOBODY = Ipv4Address.of('0.0.0.0');
const GATEWAY = Ipv4Address.of('192.0.2.1');
const GATEWAY_V6 = Ipv6Address.of('fe80::ffff');

/** A quiet guest on the fabric, and the QEMU around it: it speaks when told to, and QEMU announces one MAC after a migration. */
export class FabricGuest {
  private undo: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly options: FabricGuestOptions,
  ) {}

  /**
   * The guest speaks once on each of its stations, so that the network learns them at this port: it asks for its
   * gateway from each of its addresses, or as one that has none yet.
   */
  speak(port: BridgePort): void {
    for (const station of this.options.stations) {
      const { addresses = [] } = station;
      const from = addresses.length === 0 ? [NOBODY] : addresses;
      for (const address of from) port.receive(question(station, address));
    }
  }

  /** The guest runs behind this port: it answers whoever asks for its multicast groups, until it is stopped. */
  run(port: BridgePort): void {
    const { groups = [], stations } = this.options;
    if (groups.length === 0) return; // it has nothing to answer
    const stopHearing = port.onFrame(({ bytes }) => {
      const report = groupReport(bytes, stations, groups);
      if (report !== undefined) this.later(ANSWERS_AFTER_MS, () => port.receive(report));
    });
    this.undo.push(stopHearing);
  }

  /**
   * The guest's CPUs begin to run behind this port after a migration: QEMU announces the configured MAC five
   * times, untagged. The first leaves 50 us later, as measured; the guest itself keeps quiet unless it is asked.
   */
  resume(port: BridgePort): void {
    this.stop();
    this.run(port);
    const rarp = { mac: this.options.primaryMac };
    const frame = new Uint8Array(rarpLength(rarp));
    encodeRarp(rarp, frame, 0);
    for (const delayMs of QEMU_ANNOUNCES_AT_MS) this.later(delayMs, () => port.receive(frame));
  }

  /** Nothing more is sent on the guest's behalf, and it hears nothing any more. */
  stop(): void {
    for (const each of this.undo) each();
    this.undo = [];
  }

  private later(delayMs: number, work: () => void): void {
    const cancel: CancelTimer = this.clock.setTimer(delayMs, work);
    this.undo.push(cancel);
  }
}

const question = (station: FabricStation, address: IpAddress): Uint8Array =>
  IpAddress.isIpv4(address)
    ? arpFrame(station, { operation: 'request', senderIp: address, targetIp: GATEWAY })
    : discoveryFrame(station, { type: 'neighbour-solicitation', source: address, target: GATEWAY_V6 });
