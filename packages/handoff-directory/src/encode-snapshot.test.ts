import { isHeraldError, MAX_SNAPSHOT_DEPTH, parseSnapshot, type Snapshot } from '@nic-herald/core';
import { expect, it } from 'vitest';
import { snapshotOf, web } from '../test/handoff-fixture.js';
import { encodeSnapshot } from './encode-snapshot.js';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const withState = (state: unknown): Snapshot => {
  const snapshot = snapshotOf(web, 'a');
  return { ...snapshot, nics: snapshot.nics.map((nic) => ({ ...nic, state })) };
};
const circular: { self?: unknown; twice?: unknown } = {};
circular.self = circular;
circular.twice = circular;

it.each([
  ['nested one level too deep', nested(MAX_SNAPSHOT_DEPTH - 2), 'nested more than 64 deep'],
  ['nested 6000 deep', nested(6000), 'nested more than 64 deep'],
  ['nested deeper than a stack takes', nested(100_000), 'nested more than 64 deep'],
  ['that holds itself', circular, 'it is no JSON (Converting circular structure'],
  ['of a number that JSON lacks', { packets: 1n }, 'it is no JSON (Do not know how to serialize a BigInt)'],
])('refuses a state %s, and names guest and NIC', (_, state, why) => {
  expect(() => encodeSnapshot(withState(state), 1 << 20)).toThrow(
    expect.objectContaining({
      code: 'HERALD_SNAPSHOT_INVALID',
      message: expect.stringContaining(why) as string,
      details: expect.objectContaining({ guest: web, nic: 'nic0', model: 'virtio-net' }) as object,
    }) as Error,
  );
});

it('writes the deepest state that is read again', () => {
  const state = nested(MAX_SNAPSHOT_DEPTH - 3);
  const read = parseSnapshot(JSON.parse(new TextDecoder().decode(encodeSnapshot(withState(state), 65_536))));
  if (isHeraldError(read)) throw read;
  expect(read).toEqual(withState(state));
});

it('refuses what is too large', () => {
  expect(() => encodeSnapshot(snapshotOf(web, 'a', 1, 2000), 65_536)).toThrow(
    expect.objectContaining({ code: 'HERALD_HANDOFF_TOO_LARGE' }) as Error,
  );
});
