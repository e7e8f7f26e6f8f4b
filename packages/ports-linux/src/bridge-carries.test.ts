import type { CarriedVlans } from '@nic-herald/core';
import type { BridgePortVlans } from '@nic-herald/linux-sys';
import { expect, it } from 'vitest';
import { carriedByBridge } from './bridge-carries.js';

const TRUNK: BridgePortVlans = { ranges: [[10, 20]] };
const ACCESS: BridgePortVlans = { untagged: 10, ranges: [[10, 10]] };
const [Q, AD] = [0x8100, 0x88a8];

it.each<[string, boolean, number | undefined, BridgePortVlans | undefined, CarriedVlans | undefined]>([
  ['all, where it does not filter', false, Q, ACCESS, undefined],
  ['what is not known, where the port is not there', true, Q, undefined, undefined],
  ['nothing, without VLANs', true, Q, { ranges: [] }, { untagged: false, tagged: [] }],
  ['what is tagged, on a trunk', true, Q, TRUNK, { untagged: false, tagged: [[10, 20]] }],
  ['what is untagged, with a pvid', true, Q, ACCESS, { untagged: 10, tagged: [[10, 10]] }],
  [
    'the same, on Linux that does not say by which tags',
    true,
    undefined,
    ACCESS,
    { untagged: 10, tagged: [[10, 10]] },
  ],
  ['any tag of the guest, by 802.1ad with a pvid', true, AD, ACCESS, { untagged: 10, tagged: [[1, 4094]] }],
  ['no tag of the guest, by 802.1ad without', true, AD, TRUNK, { untagged: false, tagged: [] }],
])('a bridge takes %s', (_what, vlanFiltering, vlanProtocol, vlans, carried) => {
  const bridge = { vlanFiltering, ...(vlanProtocol !== undefined && { vlanProtocol }) };
  expect(carriedByBridge(bridge, vlans)).toEqual(carried);
});
