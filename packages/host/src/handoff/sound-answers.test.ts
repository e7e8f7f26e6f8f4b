import { type HandoffEntry, HeraldError, headOf, parseSnapshot } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { KEY, snapshotOf } from '../../test/test-host.js';
import { soundEntries, soundHeads } from './sound-answers.js';

const station = { station: { mac: '52:54:00:00:00:09' }, ageMs: 5 };
const nicOf = (over: object) => ({ ...snapshotOf().nics[0], ...over });
const of = (over: object): unknown => ({ host: 'A', snapshot: { ...snapshotOf(), ...over } });
const entries = (given: unknown): readonly HandoffEntry[] => soundEntries(given, KEY) ?? [];

describe('soundEntries', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'entry'],
    ['no host', { snapshot: snapshotOf() }],
    ['neither', { host: 'A' }],
    ['a problem that is none', { host: 'A', problem: 'broken' }],
    ['a snapshot that is none', { host: 'A', snapshot: 7 }],
    ['another guest', of({ guest: 'name:other' })],
    ['another host', of({ host: 'B' })],
    ['no age', { ...(of({}) as object), ageMs: Number.NaN }],
    ['an age before its time', { ...(of({}) as object), ageMs: -1 }],
    ['a negative epoch', of({ epoch: -5 })],
    ['an epoch out of all numbers', of({ epoch: 2 ** 53 })],
    ['moves that are no times', of({ moves: [Number.NaN] })],
    ['a NIC without a MAC', of({ nics: [nicOf({ primaryMac: undefined })] })],
    ['a station that is none', of({ nics: [nicOf({ learned: [null] })] })],
    ['a station of no MAC', of({ nics: [nicOf({ learned: [{ ...station, station: { mac: 'zz' } }] })] })],
    ['a station without an age', of({ nics: [nicOf({ learned: [{ ...station, ageMs: Number.NaN }] })] })],
    [
      'what throws when it is looked at',
      {
        host: 'A',
        snapshot: {
          get format() {
            throw new Error('no');
          },
        },
      },
    ],
  ])('makes a problem of %s', (_, given) => {
    const [sound, bad] = entries([of({}), given]);
    expect(sound).toEqual({ host: 'A', snapshot: snapshotOf() });
    expect(bad).toMatchObject({ problem: { code: 'HERALD_HANDOFF_STORE' } });
  });

  it('makes a HeraldError of any problem', () => {
    const told = new HeraldError('HERALD_HANDOFF_UNREADABLE', 'no JSON');
    const problems = entries([
      { host: 'A', problem: new TypeError('no') },
      { host: 'B', problem: told },
    ]);
    expect(problems).toMatchObject([{ problem: { code: 'HERALD_HANDOFF_STORE' } }, { problem: told }]);
  });

  it('checks what the store has checked no second time', () => {
    const snapshot = parseSnapshot(JSON.parse(JSON.stringify(snapshotOf())));
    const [entry] = entries([{ host: 'A', snapshot, ageMs: 3 }]);
    expect(entry).toEqual({ host: 'A', snapshot, ageMs: 3 });
    expect((entry as { snapshot: unknown }).snapshot).toBe(snapshot);
  });

  it('takes so many and no more', () => {
    expect(entries(Array.from({ length: 1_000_000 }, () => 7))).toHaveLength(4096);
    expect(soundEntries({ length: 1 }, KEY)).toBeUndefined();
  });
});

describe('soundHeads', () => {
  const head = headOf(snapshotOf({ writer: { agent: 'x' }, writtenAt: 5 }));

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no guest', { ...head, guest: 7 }],
    ['no host', { ...head, host: undefined }],
    ['no MACs', { ...head, primaryMacs: 'all' }],
    ['MACs that are none', { ...head, primaryMacs: [7] }],
    ['more MACs than a guest has', { ...head, primaryMacs: Array.from({ length: 65 }, () => 'x') }],
    ['no writer', { ...head, writer: null }],
    ['a writer without an agent', { ...head, writer: {} }],
    ['no time', { ...head, writtenAt: Number.NaN }],
    ['no epoch', { ...head, epoch: '3' }],
  ])('leaves out one with %s', (_, bad) => {
    expect(soundHeads([bad, head])).toEqual([head]);
  });

  it('takes so many and no more', () => {
    expect(soundHeads(Array.from({ length: 1_000_000 }, () => head))).toHaveLength(65_536);
  });
});
