import type { ArmRefusal, ArmRequest, FrameBatch } from '@nic-herald/core';

// Keys and values as bpf/announcement.h and bpf/generate.bpf.c have them.

/** A frame's place in the kernel is of one size: a tagged neighbour advertisement has room, an IPv6 query for groups, too. */
const MOST_FRAME_BYTES = 124;
const LEAST_FRAME_BYTES = 14;
const FRAME_VALUE_BYTES = 4 + MOST_FRAME_BYTES;
const FIRING_BYTES = 56;
const LEASE_BYTES = 16;

/** A key or value of a whole number. */
export const u32 = (number: number): Uint8Array => new Uint8Array(Uint32Array.of(number).buffer);
export const u64 = (number: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(number).buffer);

/** `struct lease` */
export const leaseEntry = (untilNs: bigint, herald1: number): Uint8Array => {
  const bytes = new Uint8Array(LEASE_BYTES);
  bytes.set(u64(untilNs));
  bytes.set(u32(herald1), 8);
  return bytes;
};

/** The value of a token: a MAC in the six low bytes. */
export const tokenEntry = (mac: string): Uint8Array => {
  const bytes = new Uint8Array(8);
  bytes.set(Buffer.from(mac.replaceAll(':', ''), 'hex'));
  return bytes;
};

/** What one announcement may do; `holdNs` is how long frames may be made while the hypervisor waits. */
export interface FiringOrder {
  readonly ifindex: number;
  readonly count: number;
  readonly ungranted: number;
  readonly holdNs: number;
}

/** `struct firing` before anything left. */
export const firingEntry = ({ ifindex, count, ungranted, holdNs }: FiringOrder): Uint8Array => {
  const bytes = new Uint8Array(FIRING_BYTES);
  bytes.set(new Uint8Array(Uint32Array.of(ifindex, count, ungranted, holdNs).buffer));
  return bytes;
};

/** What the kernel says of an announcement that was set off. */
export interface Firing {
  /** CLOCK_MONOTONIC; 0 = not yet. */
  readonly firedNs: bigint;
  readonly doneNs: bigint;
  readonly sent: number;
  readonly drawn: number;
  readonly end: number;
  readonly cpu: number;
  readonly chunks: number;
}

/** Reads a `struct firing`. */
export const readFiring = (entry: Uint8Array): Firing => {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  return {
    firedNs: view.getBigUint64(16, true),
    doneNs: view.getBigUint64(24, true),
    sent: view.getUint32(32, true),
    drawn: view.getUint32(36, true),
    end: view.getUint32(40, true),
    cpu: view.getUint32(44, true),
    chunks: view.getUint32(48, true),
  };
};

const SHORTFALLS: Readonly<Record<number, string>> = {
  2: 'no more frames were granted to the kernel',
  3: 'the kernel’s backlog was full',
  4: 'it took too long, and was ended',
  5: 'the hypervisor may not be held longer, and no other CPU may do it',
};

/** Why not all left, in words; `undefined` where all did. */
export const shortfallOf = ({ end, doneNs }: Firing): string | undefined =>
  doneNs === 0n ? 'it did not end in time' : SHORTFALLS[end];

/** The keys of the leading frames of an announcement, one after another. */
export const frameKeys = (announcement: bigint, count: number): Uint8Array =>
  new Uint8Array(
    BigUint64Array.from({ length: 2 * count }, (_, at) =>
      at % 2 === 0 ? announcement : BigInt((at - 1) / 2),
    ).buffer,
  );

/** Leading frames of a batch as entries: keys one after another, and their values. */
export const frameEntries = (
  { bytes, starts }: FrameBatch,
  announcement: bigint,
  count: number,
): { readonly keys: Uint8Array; readonly values: Uint8Array } => {
  const values = new Uint8Array(count * FRAME_VALUE_BYTES);
  const valueView = new DataView(values.buffer);
  for (let index = 0; index < count; index++) {
    const frame = bytes.subarray(starts[index], starts[index + 1]);
    valueView.setUint32(index * FRAME_VALUE_BYTES, frame.length, true);
    values.set(frame, index * FRAME_VALUE_BYTES + 4);
  }
  return { keys: frameKeys(announcement, count), values };
};

/** Why a batch cannot be armed as it is asked for; `undefined` where it can. */
export const refusalOf = (
  { starts }: FrameBatch,
  { count, ungranted, trigger, holdUs }: ArmRequest,
): ArmRefusal | undefined => {
  const frames = Math.max(0, starts.length - 1);
  const refuse = (refusal: string): ArmRefusal => ({ code: 'HERALD_TRIGGER_REFUSED', refusal });
  const isWhole = Number.isInteger(count) && count >= 1 && count <= frames;
  if (!isWhole) return refuse(`count is ${count}: 1 to ${frames} frames can be armed`);
  if (!Number.isInteger(ungranted) || ungranted < 0 || ungranted > count)
    return refuse(`ungranted is ${ungranted}: 0 to ${count} of the armed frames may need no grant`);
  if (!Number.isFinite(holdUs) || holdUs < 0) return refuse(`holdUs is ${holdUs}: 0 or more is wanted`);
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(trigger)) return refuse(`${trigger} is no MAC`);
  for (let index = 0; index < count; index++) {
    const length = (starts[index + 1] ?? 0) - (starts[index] ?? 0);
    if (length < LEAST_FRAME_BYTES || length > MOST_FRAME_BYTES)
      return refuse(
        `frame ${index} has ${length} bytes: the kernel sends frames of ${LEAST_FRAME_BYTES} to ${MOST_FRAME_BYTES} by itself`,
      );
  }
  return undefined;
};
