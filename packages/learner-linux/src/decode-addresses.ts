import { type LearnedAddress, MAX_SNAPSHOT_ADDRESSES } from '@nic-herald/core';
import type { BpfMapEntries } from '@nic-herald/linux-sys';
import { IpAddress } from '@nic-herald/wire';
import { ageOfStampMs } from './age-of-stamp.js';
import { ipOfKey } from './ip-key.js';
import { ADDRESSES_MAP } from './learn-program.js';

/** For so long it counts that a guest spoke from an address; after that a later answer for it does. */
const ASSERTION_LASTS_MS = 300_000;

// struct address and struct claim of bpf/learn.bpf.c
const IP_OFFSET = 8;
const ANSWERED_OFFSET = 8;
const SAID_OFFSET = 16;
const SAID_HOST = 1;
const SAID_ROUTER = 2;

/** The addresses of each station by its key in the map of stations, the last proved first. */
export type AddressesByStation = ReadonlyMap<bigint, readonly LearnedAddress[]>;

type Claim = Omit<LearnedAddress, 'address'> & { readonly index: number };

/** What the program in the kernel wrote. `nowNs` is CLOCK_MONOTONIC. No address that a host cannot own is told. */
export const decodeAddresses = (
  { count, keys, values }: BpfMapEntries,
  nowNs: bigint,
): AddressesByStation => {
  const key = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
  const value = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const claims: Claim[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * ADDRESSES_MAP.valueBytes;
    const proved = proofAt(value, at, nowNs);
    if (Number.isFinite(proved.ageMs)) claims.push({ index, ...proved, ...routerAt(value, at) });
  }
  claims.sort((a, b) => a.ageMs - b.ageMs);
  const byStation = new Map<bigint, LearnedAddress[]>();
  for (const { index, ageMs, ...claim } of claims) {
    const at = index * ADDRESSES_MAP.keyBytes;
    const station = key.getBigUint64(at, true);
    const addresses = byStation.get(station) ?? [];
    // Far more than anybody announces, and a guest can make up any number.
    if (addresses.length === MAX_SNAPSHOT_ADDRESSES) continue;
    const address = ipOfKey(key, at + IP_OFFSET);
    if (address === undefined || !IpAddress.isHostAddress(address)) continue;
    addresses.push({ address, ...claim, ageMs: Math.round(ageMs) });
    byStation.set(station, addresses);
  }
  return byStation;
};

const proofAt = (value: DataView, at: number, nowNs: bigint): Pick<Claim, 'proof' | 'ageMs'> => {
  const assertedMs = ageOfStampMs(value, at, nowNs);
  const answeredMs = ageOfStampMs(value, at + ANSWERED_OFFSET, nowNs);
  return assertedMs <= Math.max(ASSERTION_LASTS_MS, answeredMs)
    ? { proof: 'asserted', ageMs: assertedMs }
    : { proof: 'answered', ageMs: answeredMs };
};

const routerAt = (value: DataView, at: number): Pick<Claim, 'router'> => {
  const said = value.getUint32(at + SAID_OFFSET, true);
  return said === SAID_HOST || said === SAID_ROUTER ? { router: said === SAID_ROUTER } : {};
};
