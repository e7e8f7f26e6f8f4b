import type { Station } from '@nic-herald/core';
import {
  allOrNothing,
  BpfHashMap,
  type FileDescriptor,
  type FrameWatch,
  loadSocketFilter,
  watchIngress,
} from '@nic-herald/linux-sys';
import { stationInKey } from './station-in-key.js';
import { SEALED_MAP, WITNESS_PROGRAM_NAME, witnessInstructions } from './witness-program.js';

/** A sealed announcement that came in from the network. */
export interface SealedFrame {
  /** As it was on the wire of the uplink. */
  readonly station: Station;
  /** Eight bytes; they may be anybody's. */
  readonly seal: Uint8Array;
  /** How long before it was taken the first of them came in, ms. */
  readonly ageMs: number;
}

/** Most that are kept until they are taken: what comes beyond it is not seen. */
const CAPACITY = 4096;
/** Where the seal stands in a key, behind the station. */
const SEAL_OFFSET = 8;

/** Sealed announcements that come in at interfaces, noted in the kernel. */
export class SealedFrames {
  private readonly watches = new Map<number, FrameWatch>();

  private constructor(
    private readonly map: BpfHashMap,
    private readonly program: FileDescriptor,
  ) {}

  /** Needs CAP_BPF. Throws SystemCallError; nothing stays then. */
  static create(): SealedFrames {
    return allOrNothing((own) => {
      const map = own(BpfHashMap.create({ ...SEALED_MAP, capacity: CAPACITY }));
      return new SealedFrames(map, loadSocketFilter(WITNESS_PROGRAM_NAME, witnessInstructions(map.fd)));
    });
  }

  /**
   * Listens at these interfaces, by their numbers, and no others. Needs CAP_NET_RAW. Throws the first SystemCallError, when it has tried all:
   * one that went away hides none behind it.
   */
  listenAt(interfaces: readonly number[]): void {
    for (const [index, watch] of this.watches) {
      if (interfaces.includes(index)) continue;
      this.watches.delete(index);
      void watch.closeInBackground();
    }
    const errors: unknown[] = [];
    for (const index of interfaces) {
      if (this.watches.has(index)) continue;
      try {
        this.watches.set(index, watchIngress(index, this.program.number));
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Takes what came since the last time. Throws SystemCallError. */
  take(): readonly SealedFrame[] {
    const { count, keys, values } = this.map.entries();
    if (count === 0) return [];
    const nowNs = process.hrtime.bigint();
    this.map.delete(keys);
    const { keyBytes, valueBytes } = SEALED_MAP;
    const times = new DataView(values.buffer, values.byteOffset, values.byteLength);
    return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
      const at = index * keyBytes;
      const station = stationInKey(keys, at);
      if (station === undefined) return [];
      const ageMs = Number(nowNs - times.getBigUint64(index * valueBytes, true)) / 1e6;
      return [{ station, seal: keys.slice(at + SEAL_OFFSET, at + keyBytes), ageMs }];
    });
  }

  /** Ends it; the event loop is not held up. */
  close(): void {
    this.listenAt([]);
    this.program.close();
    this.map.close();
  }
}
