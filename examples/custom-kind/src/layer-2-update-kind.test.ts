import { ANNOUNCEMENT_KIND, type AnnouncementKind, DEFAULT_GUEST_POLICY, stationOf } from '@nic-herald/core';
import { composeHost, encodeBatch } from '@nic-herald/host';
import { decodeEthernet, MacAddress, VlanId } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import { plugin } from './layer-2-update-kind.js';

const kindOf = (): AnnouncementKind => {
  const kinds: unknown[] = [];
  plugin().install({
    provide: () => {},
    contribute: (token, provider) => {
      if (token === (ANNOUNCEMENT_KIND as symbol) && 'value' in provider) kinds.push(provider.value);
    },
  });
  return kinds[0] as AnnouncementKind;
};

it.each([
  ['untagged', undefined, 'ffffffffffff 525400000001 0006 0001af810100'],
  ['on a VLAN', 10, 'ffffffffffff 525400000001 8100000a 0006 0001af810100'],
])('is the update frame of 802.11F, %s, padded', (_, vlan, begins) => {
  const kind = kindOf();
  const station = stationOf(
    MacAddress.of('52:54:00:00:00:01'),
    vlan === undefined ? undefined : VlanId.of(vlan),
  );
  const { bytes } = encodeBatch(
    [{ kind: kind.name, station, evidence: 'primary' }],
    new Map([[kind.name, kind]]),
  );
  const expected = begins.replaceAll(' ', '');
  expect(Buffer.from(bytes).toString('hex')).toBe(expected.padEnd((vlan === undefined ? 60 : 64) * 2, '0'));
  expect(decodeEthernet(bytes)).toMatchObject({ source: station.mac, etherType: 6 });
});

it('is among the kinds of a host that is composed with it', async () => {
  const host = await composeHost([plugin()], { name: 'A' });
  const described = JSON.stringify(host.describe());
  await host.close();
  expect(described).toContain('@example/nic-herald-layer-2-update');
  expect(DEFAULT_GUEST_POLICY).not.toHaveProperty('kindsFor'); // nothing is sent before a policy chooses it
});
