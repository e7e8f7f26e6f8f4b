import type { Announcement, CarriedVlans, Evidence, GuestInspection } from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { renderInspection } from './render-inspection.js';
import { WIDTH } from './text-block.js';

const mac = (last: string): MacAddress => MacAddress.of(`52:54:00:00:00:${last}`);
const vlan = VlanId.of(10);
const announcement = (evidence: Evidence, last: string, tag?: VlanId): Announcement => ({
  kind: 'rarp',
  evidence,
  station: tag === undefined ? { mac: mac(last) } : { mac: mac(last), vlan: tag },
});
const ipv4 = IpAddress.of('10.9.1.2');
const ipv6 = IpAddress.of('2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff');
const learned = announcement('learned', '02', vlan);
const nic = {
  id: 'nic0',
  type: 'virtio-net-pci',
  primaryMac: mac('01'),
  port: { kind: 'tap', name: 'tap0', attachment: { network: 'br0' } },
};
const overflow = {
  reason: 'unicast-overflow',
  meaning: 'the guest has more unicast MACs than the card can list, so which they are is not known here',
};

const inspection: GuestInspection = {
  guest: { name: 'web', uuid: '9b1c5d3e-1111-4222-8333-00000000000a' },
  instance: '/run/web.qmp#1',
  hypervisor: { name: 'QEMU', version: '7.2.22' },
  phase: 'running',
  mode: 'announce',
  epoch: 3,
  armed: false,
  snapshots: [
    { host: 'A', epoch: 2 },
    { host: 'B', epoch: 3 },
  ],
  nics: [
    {
      nic,
      model: 'virtio-net',
      filter: {
        currentMac: mac('09'),
        unicast: [mac('03'), mac('02')],
        multicast: [],
        vlans: [VlanId.of(10), VlanId.of(11), VlanId.of(20)],
        incomplete: [overflow],
      },
      learned: [
        {
          station: { mac: mac('02'), vlan },
          ageMs: 61_200,
          addresses: [
            { address: ipv4, proof: 'asserted', ageMs: 61_200 },
            { address: ipv6, proof: 'answered', ageMs: 400_000, router: true },
          ],
        },
        { station: { mac: mac('09') }, ageMs: 0 },
      ],
      plan: {
        nic,
        model: 'virtio-net',
        source: 'hand-off',
        announcements: [
          announcement('primary', '09'),
          learned,
          { ...learned, kind: 'garp', address: ipv4, proof: 'asserted' },
          { ...learned, kind: 'na', address: ipv6, proof: 'asserted' },
        ],
        refusals: [
          { mac: mac('01'), evidence: 'primary', reason: 'not-in-use' },
          { mac: mac('03'), evidence: 'paired', reason: 'pairing-limit', count: 300 },
          { mac: mac('04'), vlan, evidence: 'paired', reason: 'pairing-limit' },
          {
            mac: mac('02'),
            vlan,
            address: ipv6,
            evidence: 'learned',
            reason: 'stale-address',
            detail: 'proved 400 s ago',
          },
          {
            mac: mac('02'),
            address: ipv4,
            evidence: 'learned',
            reason: 'stale-address',
            detail: 'proved 500 s ago',
          },
          { mac: mac('02'), vlan, count: 7, evidence: 'learned', reason: 'stale-address' },
        ],
        incomplete: [overflow],
      },
      sink: { sink: 'linux-tap', ready: true },
      multicast: { wanted: true, ready: true, vlans: [vlan] },
    },
  ],
  warnings: [{ code: 'HERALD_NIC_DUPLICATE_MAC', message: 'nic0 and nic1 have one MAC' }],
};

const render = (of: GuestInspection, hasSink = true): string =>
  renderInspection(of, { color: false, hasSink });

describe('an inspection', () => {
  it.each<[CarriedVlans | undefined, string | undefined]>([
    [undefined, undefined],
    [{ untagged: false, tagged: [] }, 'no untagged, no tagged'],
    [{ untagged: 10, tagged: [[10, 10]] }, 'untagged as 10, VLANs 10'],
    [{ untagged: true, tagged: [[1, 4094]] }, 'untagged, VLANs 1-4094'],
  ])('says what the port carries: %j', (carries, text) => {
    const port = { ...nic.port, attachment: { network: 'br0', ...(carries && { carries }) } };
    const [first] = inspection.nics;
    const nics = first === undefined ? [] : [{ ...first, nic: { ...nic, port } }];
    expect(/^ {2}carries {5}(.*)$/m.exec(render({ ...inspection, nics }))?.[1]).toBe(text);
  });

  it('reads well', () => {
    expect(render(inspection)).toBe(`\
web runs here
  UUID        9b1c5d3e-1111-4222-8333-00000000000a
  hypervisor  QEMU 7.2.22, /run/web.qmp#1
  epoch       3
  mode        announce
  snapshots   A (epoch 2), B (epoch 3)
  warning     nic0 and nic1 have one MAC (HERALD_NIC_DUPLICATE_MAC)

NIC nic0, virtio-net-pci, model virtio-net
  MAC         52:54:00:00:00:09, set by the guest; configured is 52:54:00:00:00:01
  port        tap tap0 on br0, frames leave through linux-tap
  unicast     2: 52:54:00:00:00:02, 52:54:00:00:00:03
  multicast   none
  VLANs       3: 10-11, 20
  queries     for its groups, untagged and on VLAN 10
  learned     2: 52:54:00:00:00:02/10 (61 s ago), 52:54:00:00:00:09 (0 s ago)
  addresses   2, at 1 station
              52:54:00:00:00:02/10
                10.9.1.2 (asserted 61 s ago), 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff (a router,
                answered 400 s ago)
  incomplete  the guest has more unicast MACs than the card can list, so which they are is not known
              here (unicast-overflow)
  plan        4 frames a round (2 rarp, 1 garp, 1 na), from what the source host handed over
              #  MAC                VLAN  known by  frame
              1  52:54:00:00:00:09     -  primary   rarp
              2  52:54:00:00:00:02    10  learned   rarp
              3  52:54:00:00:00:02    10  learned   garp 10.9.1.2
              4  52:54:00:00:00:02    10  learned   na 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff
  refused     1 not-in-use, the configured MAC, which the guest replaced by another:
              52:54:00:00:00:01
              301 pairing-limit, more guesses of MACs with VLANs than the policy allows
              (pairing.limit): 52:54:00:00:00:03 on 300 VLANs, 52:54:00:00:00:04/10
              9 stale-address, the guest proved too long ago that it has the address
              (learner.maxAge): 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff at 52:54:00:00:00:02/10
              (proved 400 s ago), 10.9.1.2 at 52:54:00:00:00:02 (proved 500 s ago), 7 more at
              52:54:00:00:00:02/10
`);
  });

  it.each([
    ['a guest that is awaited', { phase: 'incoming' as const, armed: true }, 'web waits for its migration'],
    ['frames that lie ready', { armed: true }, 'epoch       3; frames lie ready for the moment it resumes'],
    [
      'a guest that is only observed',
      { mode: 'observe' as const },
      'observe: all is made ready, and no frame is sent',
    ],
    [
      'where its frames would leave',
      { mode: 'observe' as const },
      'tap tap0 on br0, frames would leave through linux-tap',
    ],
    [
      'what the kernel sends',
      { nics: inspection.nics.map((each) => ({ ...each, kernel: { frames: 57 } })) },
      'kernel      armed: sends 57 frames by itself when the hypervisor announces the guest',
    ],
    [
      'why the kernel sends nothing',
      { nics: inspection.nics.map((each) => ({ ...each, kernel: { refusal: 'the kernel is too old' } })) },
      'kernel      sends nothing by itself: the kernel is too old',
    ],
    ['an empty hand-off', { snapshots: [] }, 'snapshots   none in the hand-off'],
    [
      'when it moved',
      { moves: [1_700_000_000_000, 1_700_000_060_500] },
      'moved       2023-11-14T22:13:20Z, 2023-11-14T22:14:20Z',
    ],
    ['no NICs', { nics: [] }, 'no NICs'],
    ['a guest without a name', { guest: {} }, 'unnamed guest runs here'],
    ['a name that would drive the terminal', { guest: { name: '\x1b]0;x\x07' } }, '\\x1b]0;x\\x07 runs here'],
  ])('shows %s', (_, change, text) => {
    expect(render({ ...inspection, ...change })).toContain(text);
  });

  it('says why no frame could leave', () => {
    const [first] = inspection.nics;
    if (first === undefined) throw new Error('the fixture has a NIC');
    const { port: _, ...portless } = nic;
    const down = { ...first, sink: { ready: false, sink: 'linux-tap', problem: 'tap0 is down' } };
    const none = { ...first, nic: { ...portless, portProblem: 'netdev n0 is of type user' } };
    expect(render({ ...inspection, nics: [down] })).toContain(
      'tap tap0 on br0, but no frame could leave: tap0 is down',
    );
    expect(render({ ...inspection, nics: [none] })).toContain(
      'none, so no frame can leave: netdev n0 is of type user',
    );
    expect(render({ ...inspection, nics: [down] }, false)).toContain(
      'tap tap0 on br0; whether frames can leave',
    );
  });

  it('stays within the page, however much a guest invents', () => {
    const [first] = inspection.nics;
    if (first === undefined) throw new Error('the fixture has a NIC');
    const announcements = Array.from({ length: 1024 }, () => announcement('filter', '02'));
    const refusals = Array.from({ length: 1000 }, () => ({
      mac: mac('05'),
      evidence: 'filter' as const,
      reason: 'station-limit' as const,
    }));
    const unicast = Array.from({ length: 5000 }, () => mac('02'));
    const addresses = Array.from({ length: 64 }, () => ({
      address: ipv6,
      proof: 'asserted' as const,
      ageMs: 1,
    }));
    const big = {
      ...first,
      filter: { ...first.filter, unicast },
      learned: Array.from({ length: 1024 }, () => ({ station: { mac: mac('02') }, ageMs: 1, addresses })),
      plan: { ...first.plan, announcements, refusals },
    };
    const lines = render({ ...inspection, guest: { name: 'x'.repeat(256) }, nics: [big] }).split('\n');
    expect(Math.max(...lines.slice(1).map((line) => line.length))).toBeLessThanOrEqual(WIDTH);
    expect(lines.length).toBeLessThan(200);
    expect(lines.join('\n')).toContain('... and 960 more; --json shows all');
  });

  it('is coloured only where asked', () => {
    expect(render(inspection)).not.toContain('\x1b');
    expect(renderInspection(inspection, { color: true, hasSink: true })).toContain('\x1b[1mweb runs here');
  });
});
