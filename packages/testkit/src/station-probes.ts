import {
  type CancelTimer,
  type Clock,
  type Station,
  type StationKey,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import type { FabricFrame } from './fabric-frame.js';
import { frameAround } from './internet-frame.js';
import type { BridgePort } from './learning-bridge.js';

/** Where to probe from and to. */
export interface StationProbesOptions {
  readonly clock: Clock;
  /** The port of the peer that sends the probes. */
  readonly from: BridgePort;
  /** The guest's port at the destination: a station is back once a probe for it leaves the bridge here. */
  readonly to: BridgePort;
  readonly stations: readonly Station[];
  /** Pause between two probes of one station, ms of fake time; default 2. */
  readonly everyMs?: number | undefined;
}

/** What became of one station. */
export interface StationReturn {
  readonly station: Station;
  /** Ms from the start of the probes to the first that arrived; absent while the station is dark. */
  readonly backAfterMs?: number;
}

const PEER = MacAddress.of('02:00:00:00:00:fe');
const LOCAL_EXPERIMENTAL = 0x88b5; // IEEE 802 numbers registry: for experiments within one network
const NO_PACKET = new Uint8Array(0);
const DEFAULT_EVERY_MS = 2;

/** A peer that sends each station a unicast frame every few ms, until one arrives at the destination. */
export class StationProbes {
  private readonly missing = new Map<StationKey, FabricFrame>();
  private readonly backAfterMs = new Map<StationKey, number>();
  private startedAt = 0;
  private cancelTimer: CancelTimer = () => {};
  private stopListening: () => void = () => {};

  constructor(private readonly options: StationProbesOptions) {}

  /** Begins to probe; call it when the guest resumes, for that is the moment all times count from. */
  start(): void {
    const { clock, stations, to } = this.options;
    this.stop();
    this.startedAt = clock.now();
    this.backAfterMs.clear();
    for (const station of stations) this.missing.set(stationKey(station), probeFor(station));
    this.stopListening = to.onFrame((frame) => this.arrived(frame));
    this.probe();
  }

  /** Ends the probing; the results stay. */
  stop(): void {
    this.cancelTimer();
    this.stopListening();
    this.missing.clear();
  }

  /** Whether every station was reached. */
  get allBack(): boolean {
    return this.backAfterMs.size === this.options.stations.length;
  }

  /** Each station with the time it came back, in the order they were given. */
  results(): readonly StationReturn[] {
    return this.options.stations.map((station) => {
      const backAfterMs = this.backAfterMs.get(stationKey(station));
      return backAfterMs === undefined ? { station } : { station, backAfterMs };
    });
  }

  private probe(): void {
    for (const frame of this.missing.values()) this.options.from.receiveFrame(frame);
    if (this.missing.size === 0) return;
    this.cancelTimer = this.options.clock.setTimer(this.options.everyMs ?? DEFAULT_EVERY_MS, () =>
      this.probe(),
    );
  }

  private arrived(frame: FabricFrame): void {
    if (frame.source !== PEER) return;
    for (const [key, probe] of this.missing) {
      if (probe !== frame) continue;
      this.missing.delete(key);
      this.backAfterMs.set(key, this.options.clock.now() - this.startedAt);
    }
  }
}

function probeFor({ mac, vlan }: Station): FabricFrame {
  const bytes = frameAround(stationOf(PEER, vlan), mac, LOCAL_EXPERIMENTAL, NO_PACKET);
  return { bytes, source: PEER, destination: mac, vlan: vlan ?? 0 };
}
