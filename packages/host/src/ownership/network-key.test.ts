import type { Port, PortAttachment } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { bridgeKey, networkKey } from './network-key.js';

const at = (attachment?: PortAttachment, namespace = 'net:[1]'): Port => ({
  ...{ kind: 'tap', name: 'tap0', namespace },
  ...(attachment && { attachment }),
});
const br0 = (untagged?: boolean | number): Port =>
  at({ network: 'br0', ...(untagged !== undefined && { carries: { untagged, tagged: [] } }) });

describe('networkKey', () => {
  it.each<[string, Port | undefined]>([
    ['no port', undefined],
    ['a port of which nothing is known', at()],
    ['a port that stands alone', at({ alone: true })],
  ])('knows no network of %s', (_what, port) => {
    expect(networkKey(port)).toBeUndefined();
  });

  it.each<[string, Port, Port]>([
    ['of other bridges', br0(), at({ network: 'br1' })],
    ['of other namespaces', br0(), at({ network: 'br0' }, 'net:[2]')],
    ['of other untagged VLANs', br0(10), br0(20)],
    ['of an access port and a trunk', br0(10), br0(false)],
    ['of a bridge whose name looks like a VLAN of another', br0(10), at({ network: 'br0|10' })],
  ])('tells apart those %s', (_what, one, other) => {
    expect(networkKey(one)).not.toBe(networkKey(other));
  });

  it.each<[string, Port, Port]>([
    ['without VLANs', br0(), br0()],
    ['two trunks', br0(false), br0(false)],
    ['one untagged VLAN', br0(10), br0(10)],
  ])('is one for ports of one bridge: %s', (_what, one, other) => {
    expect(networkKey(one)).toBe(networkKey(other));
  });
});

it('bridgeKey is one for all VLANs of a bridge', () => {
  expect(bridgeKey(networkKey(br0(10)))).toBe(networkKey(br0()));
  expect(bridgeKey(undefined)).toBeUndefined();
});
