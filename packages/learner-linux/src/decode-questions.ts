import { type AskedAddress, MAX_SNAPSHOT_ASKED } from '@nic-herald/core';
import type { BpfMapEntries } from '@nic-herald/linux-sys';
import { IpAddress, Ipv4Address } from '@nic-herald/wire';
import { ageOfStampMs } from './age-of-stamp.js';
import { QUESTIONS_MAP } from './learn-program.js';

// struct question of bpf/learn.bpf.c
const TARGET_OFFSET = 8;

/** Whom each station asked for, by its key in the map of stations, the last asked for first. */
export type QuestionsByStation = ReadonlyMap<bigint, readonly AskedAddress[]>;

/** What the program in the kernel wrote. `nowNs` is CLOCK_MONOTONIC. No address that a host cannot own is told. */
export const decodeQuestions = (
  { count, keys, values }: BpfMapEntries,
  nowNs: bigint,
): QuestionsByStation => {
  const key = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
  const value = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const byStation = new Map<bigint, AskedAddress[]>();
  for (let index = 0; index < count; index++) {
    const at = index * QUESTIONS_MAP.valueBytes;
    const ageMs = Math.round(ageOfStampMs(value, at, nowNs));
    const address = Ipv4Address.fromBytes(values, at + TARGET_OFFSET);
    if (!Number.isFinite(ageMs) || typeof address !== 'string' || !IpAddress.isHostAddress(address)) continue;
    const station = key.getBigUint64(index * QUESTIONS_MAP.keyBytes, true);
    const asked = byStation.get(station);
    if (asked === undefined) byStation.set(station, [{ address, ageMs }]);
    else asked.push({ address, ageMs });
  }
  for (const asked of byStation.values()) {
    asked.sort((a, b) => a.ageMs - b.ageMs || (a.address < b.address ? -1 : 1)).splice(MAX_SNAPSHOT_ASKED);
  }
  return byStation;
};
