import {
  HeraldError,
  isNestedDeeperThan,
  MAX_SNAPSHOT_DEPTH,
  messageOf,
  type Snapshot,
} from '@nic-herald/core';
import { encodeElement, MAX_ELEMENT_BYTES, plainJson } from './handoff-element.js';
import { digestOf } from './read-entry.js';

/** Most bytes of a snapshot's JSON: the rest of the element is for its tags and for characters that are escaped. */
export const MAX_SNAPSHOT_BYTES: number = MAX_ELEMENT_BYTES - 16 * 1024;

/** A snapshot as it goes into the metadata of the domain of that UUID. */
export interface EncodedSnapshot {
  /** Tells it from another, as that of what is read. */
  readonly digest: string;
  /** The element, whole. */
  readonly xml: string;
}

/**
 * Throws what no host would read: HERALD_SNAPSHOT_INVALID where the state that a model gave is no JSON or nested too deep,
 * HERALD_HANDOFF_TOO_LARGE.
 */
export const encodeSnapshot = (snapshot: Snapshot, uuid: string): EncodedSnapshot => {
  const { guest, host } = snapshot;
  const json = jsonOf(snapshot);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_SNAPSHOT_BYTES) throw tooLarge(guest, bytes, MAX_SNAPSHOT_BYTES);
  // Only now: what became JSON holds itself nowhere, so that its levels can be counted.
  if (isNestedDeeperThan(MAX_SNAPSHOT_DEPTH, snapshot)) {
    throw unfit(guest, `it is nested more than ${MAX_SNAPSHOT_DEPTH} deep`);
  }
  const xml = encodeElement({ host, uuid, json });
  if (xml.length > MAX_ELEMENT_BYTES) throw tooLarge(guest, xml.length, MAX_ELEMENT_BYTES);
  return { digest: digestOf(plainJson(json)), xml };
};

const jsonOf = (snapshot: Snapshot): string => {
  try {
    return JSON.stringify(snapshot);
  } catch (error) {
    throw unfit(snapshot.guest, `it is no JSON (${messageOf(error)})`, error);
  }
};

const tooLarge = (guest: string, size: number, maxBytes: number): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_TOO_LARGE',
    `the snapshot of guest ${guest} has ${size} bytes, at most ${maxBytes} go into libvirt's metadata; the old one ` +
      'stands. Lower what is learned per NIC, or add a hand-off with more room',
    { details: { guest, size, maxBytes } },
  );

const unfit = (guest: string, why: string, cause?: unknown): HeraldError =>
  new HeraldError(
    'HERALD_SNAPSHOT_INVALID',
    `the snapshot of guest ${guest} is not written, no host could read it: ${why}. The old one stands. Mend the model ` +
      'that gave the state',
    { details: { guest }, ...(cause === undefined ? {} : { cause }) },
  );
