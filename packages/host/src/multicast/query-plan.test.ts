import type { NicPlan } from '@nic-herald/core/internal';
import { IpAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { mac, NIC, station } from '../../test/sample-nic.js';
import { planQueries } from './query-plan.js';

const upTo = (count: number, first = 1): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

const planOf = (vlans: readonly (number | undefined)[]): NicPlan => ({
  nic: NIC,
  model: 'virtio-net',
  source: 'hand-off',
  announcements: vlans.map((vlan) => ({ kind: 'rarp', station: station(1, vlan), evidence: 'learned' })),
  refusals: [],
  incomplete: [],
});

const planned = (announced: readonly (number | undefined)[], listed: readonly number[] | 'unknown') =>
  planQueries(planOf(announced), {
    // A model is another's code: it may list 0 for untagged.
    vlans:
      listed === 'unknown' ? listed : listed.map((vlan) => (vlan === 0 ? (0 as VlanId) : VlanId.of(vlan))),
  });

describe('planQueries', () => {
  it.each<[string, (number | undefined)[], number[] | 'unknown', number[]]>([
    ['nothing but untagged', [undefined], [], []],
    ['what is announced, each once and in order', [undefined, 20, 10, 20], 'unknown', [10, 20]],
    ['what the card lists beside it', [30], [10, 30, 20, 10], [10, 20, 30]],
    ['not VLAN 0', [undefined], [0, 7], [7]],
  ])('asks on %s', (_, announced, listed, vlans) => {
    expect(planned(announced, listed)).toStrictEqual({ nic: NIC, vlans });
  });

  it.each([
    ['moved-away', true],
    ['seen-elsewhere', true],
    ['owned-by-other-guest', true],
    ['denied', false],
  ] as const)('a NIC with a station that was refused as %s is spared: %s', (reason, isSpared) => {
    const refusals = [{ mac: mac(9), evidence: 'filter', reason }] as const;
    const plan = planQueries({ ...planOf([5]), refusals });
    expect([plan.isSpared === true, plan.vlans]).toEqual([isSpared, isSpared ? [] : [5]]);
    if (isSpared) expect(plan.problem).toContain(mac(9));
  });

  it("asks where an address alone is another's", () => {
    const address = IpAddress.of('192.0.2.1');
    const refusals = [{ mac: mac(9), address, evidence: 'learned', reason: 'moved-away' }] as const;
    expect(planQueries({ ...planOf([5]), refusals }).vlans).toEqual([5]);
  });

  it('goes without a card', () => {
    expect(planQueries(planOf([5]))).toStrictEqual({ nic: NIC, vlans: [5] });
  });

  it('takes 511 listed VLANs, two queries on each and two untagged being 1024', () => {
    expect(planned([undefined], upTo(511))).toStrictEqual({ nic: NIC, vlans: upTo(511) });
  });

  it('takes a longer list for none, and says so', () => {
    expect(planned([undefined, 4000], upTo(512))).toStrictEqual({
      nic: NIC,
      vlans: [4000],
      problem:
        'it lists 512 VLANs: which of them the guest uses is not known, so it is asked on those of its stations alone',
    });
  });

  it('asks on the VLANs announced first where there are too many, and says how many it leaves out', () => {
    const { vlans, problem } = planned([...upTo(400, 1000), undefined], upTo(200));
    expect([vlans.length, vlans.slice(0, 111), vlans.slice(111)]).toEqual([511, upTo(111), upTo(400, 1000)]);
    expect(problem).toBe('it is asked on 511 of its 600 VLANs: no more are asked');
  });
});
