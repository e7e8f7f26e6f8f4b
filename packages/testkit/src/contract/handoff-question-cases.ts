import { isDeepStrictEqual } from 'node:util';
import { headOf, type Snapshot, type SnapshotHead } from '@nic-herald/core';
import { MAX_MACS_PER_QUESTION } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import { demand, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { byKey, DB, type HandoffUse, type UsingHandoff, WEB } from './handoff-use.js';
import { sampleMacs, sampleSnapshot } from './sample-snapshot.js';

const ORIGIN = { writtenAt: 1_700_000_000_000.25, writer: { agent: '4f1c' } };

/** Entries of two guests and two hosts: one machine has 1 to 3, and was at B before with 1 alone; the other has 1. */
const published = async (use: HandoffUse): Promise<Readonly<Record<'web' | 'old' | 'db', Snapshot>>> => {
  const all = {
    web: { ...sampleSnapshot(WEB, 'A', 2, 3), ...ORIGIN },
    old: sampleSnapshot(WEB, 'B', 1, 1),
    db: sampleSnapshot(DB, 'A', 7, 1),
  };
  for (const each of Object.values(all)) await use.publish(each);
  return all;
};

const same = (question: string, got: readonly SnapshotHead[], wanted: readonly Snapshot[]): void =>
  demand(
    isDeepStrictEqual(byKey(got), byKey(wanted.map(headOf))),
    `${question} gave ${quote(got)}: the heads of ${wanted.length} entries are wanted, each once and as \`headOf\` makes ` +
      'it, with its `writtenAt` and its `writer` where the snapshot has them',
  );

/** Questions over all guests: who owns a MAC, and what a host wrote. */
export const handoffQuestionCases = (using: UsingHandoff): readonly ContractCase[] => [
  using('knows no owner and no host where nothing was published', async (use) => {
    same('`ownersOf` of an empty store', await use.ownersOf(sampleMacs(1)), []);
    same('`ofHost` of an empty store', await use.ofHost('A'), []);
  }),
  using('tells who owns a MAC, by primary MACs alone', async (use) => {
    const { web, old, db } = await published(use);
    const learned = web.nics[0]?.learned.map(({ station }) => station.mac) ?? [];
    same('`ownersOf` of no MACs', await use.ownersOf([]), []);
    same('`ownersOf` of a learned MAC', await use.ownersOf(learned), []);
    same('`ownersOf` of a second NIC', await use.ownersOf(sampleMacs(2)), [web]);
    same('`ownersOf` of two NICs of one guest', await use.ownersOf(sampleMacs(2, 3, 99)), [web]);
    same('`ownersOf` of a MAC of several', await use.ownersOf(sampleMacs(1)), [web, old, db]);
  }),
  using('answers about as many MACs as may be asked for', async (use) => {
    const { web } = await published(use);
    const many = Array.from({ length: MAX_MACS_PER_QUESTION - 1 }, (_, index) =>
      MacAddress.of(`52:54:01:00:${hex(index >> 8)}:${hex(index & 255)}`),
    );
    same('`ownersOf` of many MACs', await use.ownersOf([...many, ...sampleMacs(3)]), [web]);
  }),
  using('tells what a host wrote', async (use) => {
    const { web, old, db } = await published(use);
    same("`ofHost` of 'A'", await use.ofHost('A'), [web, db]);
    same("`ofHost` of 'B'", await use.ofHost('B'), [old]);
    same("`ofHost` of 'a'", await use.ofHost('a'), []);
  }),
  using('knows of what was replaced and removed', async (use) => {
    const { db } = await published(use);
    const renewed = sampleSnapshot(WEB, 'A', 3, 1);
    await use.publish(renewed);
    await use.remove(WEB, 'B');
    same('`ownersOf` of a NIC that was taken out', await use.ownersOf(sampleMacs(2)), []);
    same('`ownersOf` after a removal', await use.ownersOf(sampleMacs(1)), [renewed, db]);
    same("`ofHost` of 'B' after a removal", await use.ofHost('B'), []);
  }),
];

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
