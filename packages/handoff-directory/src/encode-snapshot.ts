import {
  HeraldError,
  isNestedDeeperThan,
  MAX_SNAPSHOT_DEPTH,
  messageOf,
  type Snapshot,
} from '@nic-herald/core';

/**
 * A snapshot as the bytes of its file. Throws what no host would read: HERALD_SNAPSHOT_INVALID where the state that a
 * model gave is no JSON or nested too deep, HERALD_HANDOFF_TOO_LARGE above `maxBytes`.
 */
export const encodeSnapshot = (snapshot: Snapshot, maxBytes: number): Uint8Array => {
  const bytes = new TextEncoder().encode(jsonOf(snapshot));
  if (bytes.length > maxBytes) {
    throw new HeraldError(
      'HERALD_HANDOFF_TOO_LARGE',
      `the snapshot of guest ${snapshot.guest} has ${bytes.length} bytes, at most ${maxBytes} are written: ` +
        'raise maxFileBytes on every host, or lower what is learned per NIC',
      { details: { guest: snapshot.guest, size: bytes.length, maxBytes } },
    );
  }
  // Only now: what became JSON holds itself nowhere, so that its levels can be counted.
  if (isNestedDeeperThan(MAX_SNAPSHOT_DEPTH, snapshot)) {
    const deep = snapshot.nics.find(({ state }) => isNestedDeeperThan(DEPTH_OF_A_STATE, state));
    throw unfit(snapshot, deep, TOO_DEEP);
  }
  return bytes;
};

const TOO_DEEP = `it is nested more than ${MAX_SNAPSHOT_DEPTH} deep`;
/** The state of a NIC begins below the snapshot, its list of NICs and the NIC. */
const DEPTH_OF_A_STATE = MAX_SNAPSHOT_DEPTH - 3;

/** A stack that overflows, and what JSON lacks: each is the doing of the model whose state it is. */
const jsonOf = (snapshot: Snapshot): string => {
  try {
    return JSON.stringify(snapshot);
  } catch (error) {
    const culprit = snapshot.nics.find(({ state }) => !isJson(state));
    const overflow = error instanceof RangeError && error.message.includes('call stack');
    throw unfit(snapshot, culprit, overflow ? TOO_DEEP : `it is no JSON (${messageOf(error)})`, error);
  }
};

const isJson = (state: unknown): boolean => {
  try {
    JSON.stringify(state);
    return true;
  } catch {
    return false;
  }
};

const unfit = (
  { guest }: Snapshot,
  nic: Snapshot['nics'][number] | undefined,
  why: string,
  cause?: unknown,
): HeraldError =>
  new HeraldError(
    'HERALD_SNAPSHOT_INVALID',
    `the snapshot of guest ${guest} is not written, no host could read it: ${why}. The old one stands. ` +
      (nic === undefined
        ? 'Report this'
        : `Mend the model ${nic.model}, which gave the state of NIC ${nic.id}`),
    {
      details: { guest, ...(nic === undefined ? {} : { nic: nic.id, model: nic.model }) },
      ...(cause === undefined ? {} : { cause }),
    },
  );
