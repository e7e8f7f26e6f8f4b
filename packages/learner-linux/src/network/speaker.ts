import type { LearnedAddress } from '@nic-herald/core';
import type { BpfMapEntries } from '@nic-herald/linux-sys';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { ageOfStampMs } from '../age-of-stamp.js';
import { ipOfKey } from '../ip-key.js';
import { SPEAKERS_MAP } from './watch-program.js';

/** Who spoke from an address last. */
export interface Speaker {
  readonly mac: MacAddress;
  /** As its frame said; absent: untagged. */
  readonly vlan?: VlanId;
  readonly proof: LearnedAddress['proof'];
  readonly portIndex: number;
  readonly ageMs: number;
  readonly earlierAgeMs?: number;
}

// Keys and values as bpf/watch.bpf.c has them.
const ANSWERED_OFFSET = 2;
const IP_OFFSET = 8;
const EARLIER_OFFSET = 8;
const SOURCE_OFFSET = 16;
const PORT_OFFSET = 24;

/** What the program in the kernel wrote, by addresses. `nowNs` is CLOCK_MONOTONIC. */
export const decodeSpeakers = (
  { count, keys, values }: BpfMapEntries,
  nowNs: bigint,
): ReadonlyMap<IpAddress, readonly Speaker[]> => {
  const key = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
  const value = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const speakers = new Map<IpAddress, Speaker[]>();
  for (let index = 0; index < count; index++) {
    const keyAt = index * SPEAKERS_MAP.keyBytes;
    const valueAt = index * SPEAKERS_MAP.valueBytes;
    const address = ipOfKey(key, keyAt + IP_OFFSET);
    const mac = MacAddress.fromBytes(values, valueAt + SOURCE_OFFSET);
    const vid = key.getUint16(keyAt, true);
    const vlan = VlanId.parse(vid);
    const ageMs = ageOfStampMs(value, valueAt, nowNs);
    const earlierAgeMs = ageOfStampMs(value, valueAt + EARLIER_OFFSET, nowNs);
    if (address === undefined || !IpAddress.isHostAddress(address) || !Number.isFinite(ageMs)) continue;
    if (typeof mac !== 'string' || !MacAddress.isStationAddress(mac) || (vid !== 0 && vlan === undefined))
      continue;
    const speaker: Speaker = {
      mac,
      proof: key.getUint16(keyAt + ANSWERED_OFFSET, true) === 0 ? 'asserted' : 'answered',
      portIndex: value.getUint32(valueAt + PORT_OFFSET, true),
      ageMs,
      ...(vlan !== undefined && { vlan }),
      ...(Number.isFinite(earlierAgeMs) && { earlierAgeMs }),
    };
    speakers.set(address, [...(speakers.get(address) ?? []), speaker]);
  }
  return speakers;
};
