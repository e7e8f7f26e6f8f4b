import { headOf } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { snapshotOf } from '../../test/test-host.js';
import { KnownOwners } from './known-owners.js';

const macs = (first: number, count: number): readonly MacAddress[] =>
  Array.from({ length: count }, (_, index) =>
    MacAddress.of(
      `52:54:01:${(first + index)
        .toString(16)
        .padStart(6, '0')
        .replace(/(..)(..)(..)/, '$1:$2:$3')}`,
    ),
  );

it('forgets those that nobody asked about for longest, and who has them', () => {
  const owners = new KnownOwners(new FakeClock());
  const head = headOf(snapshotOf());
  const [old, used] = [mac(0), mac(1)];
  const heads = [head, { ...head, host: 'C', primaryMacs: [used] }];
  owners.answered('store', [old, used], heads);
  owners.answered('store', macs(0, 65_530), []);
  owners.tried([used]);
  expect(owners.heads()).toEqual(heads);
  owners.answered('store', macs(65_530, 10), []);
  expect(owners.heads()).toEqual([heads[1]]);
  expect(owners.notAnswered([old, used], 1)).toEqual([old]);
});

it('forgets what a store no longer says, and keeps what another does', () => {
  const owners = new KnownOwners(new FakeClock());
  const head = headOf(snapshotOf());
  owners.answered('one', [mac(0)], [head]);
  owners.answered('two', [mac(0)], [head]);
  owners.answered('one', [mac(0)], []);
  expect(owners.heads()).toEqual([head]);
  owners.answered('two', [mac(1)], []);
  expect(owners.heads()).toEqual([head]);
  owners.answered('two', [mac(0)], []);
  expect(owners.heads()).toEqual([]);
});

// a deadline, not a speed: work in the square of the heads takes minutes
it('takes as many heads of one MAC as there may be', { timeout: 30_000 }, () => {
  const owners = new KnownOwners(new FakeClock());
  const head = headOf(snapshotOf());
  const heads = Array.from({ length: 65_536 }, () => ({ ...head }));
  owners.answered('store', [mac(0)], heads);
  expect(owners.heads()).toHaveLength(65_536);
  const several = { ...head, primaryMacs: [mac(1), mac(2)] };
  owners.answered('other', [mac(1), mac(2)], [several]);
  expect(owners.heads()).toHaveLength(65_537);
});
