import type { Port, Refusal } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { mac, NIC } from '../../test/sample-nic.js';
import { portWarnings } from './port-warnings.js';

const refusal = (vlan?: number, over: Partial<Refusal> = {}): Refusal => ({
  ...{ mac: mac(1), evidence: 'learned', reason: 'port-vlan' },
  ...(vlan !== undefined && { vlan }),
  ...over,
});
const messagesOf = (refused: readonly Refusal[], announced: readonly unknown[], port?: Port) =>
  portWarnings({
    ...{ sink: 'test', refused, announced },
    plan: { nic: { ...NIC, ...(port && { port }) } },
  } as never).map(({ code, message }) => `${code} ${message}`);

const PORT: Port = { kind: 'tap', name: 'tap0', attachment: { network: 'br0' } };

describe('portWarnings', () => {
  it.each<[string, readonly Refusal[], readonly unknown[], string]>([
    ['was heard on a VLAN that the port drops', [refusal(20), refusal(20), refusal()], [{}], '(VLAN 20)'],
    [
      'has a port that carries nothing of it',
      [refusal(undefined, { evidence: 'primary' })],
      [],
      '(untagged)',
    ],
    [
      'was heard on many',
      Array.from({ length: 12 }, (_, index) => refusal(12 - index)),
      [{}],
      '(VLAN 1, VLAN 2, VLAN 3, VLAN 4, VLAN 5, VLAN 6, VLAN 7, VLAN 8 and 4 more)',
    ],
  ])('warn of a guest that %s', (_what, refused, announced, which) => {
    expect(messagesOf(refused, announced, PORT)).toEqual([
      `HERALD_PORT_VLANS nic0: br0 drops what the guest sends at tap0 ${which}, so that is not announced: give tap0 its VLANs, unless the guest is not to have them`,
    ]);
  });

  it.each<[string, readonly Refusal[], readonly unknown[]]>([
    ['says something untagged now and then', [refusal()], [{}]],
    ['has a card that lists more VLANs', [refusal(20, { evidence: 'paired' })], [{}]],
    ['is refused for another reason', [refusal(20, { reason: 'denied' })], []],
  ])('say nothing of a guest that %s', (_what, refused, announced) => {
    expect(messagesOf(refused, announced, PORT)).toEqual([]);
  });

  it('warn of a port that is in no network', () => {
    const [warning] = messagesOf([], [{}], { ...PORT, attachment: { alone: true } });
    expect(warning).toMatch(/^HERALD_PORT_ALONE nic0: tap0 is in no bridge or switch/);
  });
});
