import { type Station, type StationKey, stationKey } from '@nic-herald/core';
import {
  allOrNothing,
  BpfArray,
  BpfHashMap,
  type FileDescriptor,
  type FrameWatch,
  loadSocketFilter,
  watchFrames,
} from '@nic-herald/linux-sys';
import { ARRIVE_PROGRAM_NAME, AWAITED_MAP, arriveInstructions, RUNNING_ARRAY } from './arrive-program.js';
import type { Arrival, ArrivalWatch } from './port-sight.js';
import { stationInKey, writeStationKey } from './station-in-key.js';

/**
 * When the first frame for each of a guest's stations goes out at its port: noted in the kernel, which copies no frame for it.
 * What a port is sent beforehand, as where a switch floods, is kept apart.
 */
export class Arrivals implements ArrivalWatch {
  private readonly awaited = new Set<StationKey>();

  private constructor(
    private readonly maps: { readonly awaited: BpfHashMap; readonly running: BpfArray },
    private readonly program: FileDescriptor,
    private readonly watch: FrameWatch,
  ) {}

  /**
   * Watches an interface, by its number, for at most so many stations. Needs CAP_NET_RAW and CAP_BPF. Throws SystemCallError; nothing
   * stays then.
   */
  static watch(portIndex: number, capacity: number): Arrivals {
    return allOrNothing((own) => {
      const awaited = own(BpfHashMap.create({ ...AWAITED_MAP, capacity }));
      const running = own(
        BpfArray.create(RUNNING_ARRAY.name, RUNNING_ARRAY.valueBytes, RUNNING_ARRAY.length),
      );
      const instructions = arriveInstructions({ awaited: awaited.fd, running: running.fd });
      const program = own(loadSocketFilter(ARRIVE_PROGRAM_NAME, instructions));
      return new Arrivals({ awaited, running }, program, watchFrames(portIndex, program.number));
    });
  }

  await(stations: readonly Station[]): void {
    const added = stations.filter((station) => !this.awaited.has(stationKey(station)));
    this.maps.awaited.setAll(keysOf(added), new Uint8Array(added.length * AWAITED_MAP.valueBytes));
    for (const station of added) this.awaited.add(stationKey(station));
  }

  guestRuns(): void {
    this.maps.running.set(0, RUNS);
  }

  read(): ReadonlyMap<StationKey, Arrival> {
    const { count, keys, values } = this.maps.awaited.entries();
    const nowNs = process.hrtime.bigint();
    const ageMs = (ns: bigint): number => Number(nowNs - ns) / 1e6;
    const found = new Map<StationKey, Arrival>();
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let index = 0; index < count; index++) {
      const at = index * AWAITED_MAP.valueBytes;
      const firstNs = view.getBigUint64(at, true);
      if (firstNs === 0n) continue;
      const runningNs = view.getBigUint64(at + 8, true);
      const frames = Number(view.getBigUint64(at + 16, true));
      const station = stationInKey(keys, index * KEY_BYTES);
      if (station === undefined) continue;
      found.set(stationKey(station), {
        frames,
        firstAgeMs: ageMs(firstNs),
        ...(runningNs !== 0n && { runningAgeMs: ageMs(runningNs) }),
      });
    }
    return found;
  }

  close(): void {
    void this.watch.closeInBackground();
    this.program.close();
    this.maps.awaited.close();
    this.maps.running.close();
  }
}

const RUNS = new Uint8Array(RUNNING_ARRAY.valueBytes).fill(1, 0, 1);
const KEY_BYTES = AWAITED_MAP.keyBytes;

const keysOf = (stations: readonly Station[]): Uint8Array => {
  const keys = new Uint8Array(stations.length * KEY_BYTES);
  for (const [index, station] of stations.entries()) writeStationKey(station, keys, index * KEY_BYTES);
  return keys;
};
