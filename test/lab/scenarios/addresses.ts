import { setTimeout as sleep } from 'node:timers/promises';
import { addressCase } from '../address-case.js';
import { ipv6PeerOf, withIpv6 } from '../addressed-guest.js';
import { dissectedFrames } from '../dissected-frames.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { inNamespace, ipBatch } from '../namespaces.js';
import type { QemuProcess } from '../qemu-process.js';
import { captureDelayMs } from '../tap-receiver.js';

/** Addresses that are not the guest's: where packets that it routes come from, and what it asked for in vain. */
const foreign = {
  sources: ['198.51.100.7', '2001:db8:ffff::7'],
  asked: ['198.51.100.8', '2001:db8:ffff::8'],
} as const;
/** Where the routed packets go: out again by the card on which they came. */
const beyond = ['203.0.113.9', '2001:db8:eeee::9'] as const;

const router = withIpv6(
  new GuestBuilder().card('e1000').macvlans(1).vlans(10).build('e1000-addresses-router'),
);
const [primary, macvlan] = router.recipe.stations;

const governed = withIpv6(
  new GuestBuilder().card('e1000').macvlans(1).vlans(10).build('e1000-addresses-policy'),
);
const denied = governed.recipe.stations[1]?.address;

/** Which IP addresses are announced: each that the guest has, at its own station, and no other. */
export const addressScenarios: readonly LabCase[] = [
  addressCase({
    name: 'e1000-addresses',
    summary: 'an IPv4 and an IPv6 address at each of six stations: the peer hears of each, and of no other',
    guest: withIpv6(new GuestBuilder().card('e1000').macvlans(3).vlans(10, 20).build('e1000-addresses')),
    alone: true,
  }),
  addressCase({
    name: 'igb-addresses',
    summary: 'the same with a MAC and a VLAN on an igb (QEMU 8.0 and later)',
    guest: withIpv6(new GuestBuilder().card('igb').macvlans(1).vlans(10).build('igb-addresses')),
    alone: true,
  }),
  addressCase({
    name: 'e1000-addresses-router',
    summary: 'a router that answers for one address at two stations: none that is not its own is announced',
    guest: { ...router, recipe: { ...router.recipe, setUp: [...router.recipe.setUp, ...routing()] } },
    alone: false,
    before: speakOfOthers,
    ...(primary === undefined ? {} : { router: primary }),
  }),
  {
    ...addressCase({
      name: 'e1000-addresses-policy',
      summary: 'a preset, another for a VLAN, and addresses denied: what the policy withholds is not heard',
      guest: governed,
      alone: false,
      policy: {
        yaml: `announce: { preset: evpn, vlans: [{ vlans: [10], preset: switch }] }
deny: { addresses: ['${denied}', 'fe80::/10'] }
`,
        kinds: { ipv4: ['garp', 'garp-reply'], ipv6: ['na'] },
        withholds: ({ station, address }) =>
          station.vlan === 10 || address === denied || address.startsWith('fe80:'),
      },
    }),
    isVariant: true,
  },
];

/** What makes the guest a router, one that answers ARP for all its addresses on every device, as Linux does by default. */
function routing(): string[] {
  if (primary === undefined) return [];
  return [
    'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding',
    `ip route add default via ${primary.peerAddress} dev eth0`,
    `ip -6 route add default via ${ipv6PeerOf(primary)} dev eth0`,
    'echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore',
  ];
}

/** Foreign addresses in the guest's frames in every way there is; what did not come about is given back. */
async function speakOfOthers(rig: LabRig, guest: QemuProcess): Promise<readonly string[]> {
  if (primary === undefined || macvlan === undefined) return [];
  const { peer } = rig.network;
  const tap = await rig.capture('A', rig.taps[0] ?? '', 'in');
  await inNamespace(peer, ['sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/peer0/disable_ipv6']);
  await ipBatch(peer, [
    ...[`${primary.peerAddress}/24`, `${foreign.sources[0]}/32`].map((each) => `addr add ${each} dev peer0`),
    ...[`${ipv6PeerOf(primary)}/64`, `${foreign.sources[1]}/128`, `${foreign.asked[1]}/128`].map(
      (each) => `addr add ${each} dev peer0 nodad`,
    ),
    `route add ${beyond[0]} via ${primary.address}`,
    `route add ${beyond[1]} via 2001:db8:0:1::2`,
    `route add ${macvlan.address} dev peer0 src ${primary.peerAddress}`,
  ]);
  const ping = (...words: string[]): Promise<unknown> =>
    inNamespace(peer, ['busybox', 'ping', '-c', '2', '-W', '1', ...words]).catch(() => undefined);
  await Promise.all([
    ping('-I', foreign.sources[0], beyond[0]),
    ping('-I', foreign.sources[1], beyond[1]),
    ping(macvlan.address), // by broadcast: both stations answer
    guest.console.run(
      [
        `arping -D -c 1 -w 1 -I eth0 ${foreign.asked[0]} >/dev/null`,
        `ip -6 addr add ${foreign.asked[1]}/128 dev eth0`,
        'until ip -6 addr show dev eth0 | grep -q dadfailed; do usleep 100000; done',
        `ip -6 addr del ${foreign.asked[1]}/128 dev eth0`,
      ].join(' && '),
    ),
  ]);
  await sleep(captureDelayMs);
  const needed = {
    'a routed IPv4 packet': `eth.src == ${primary.mac} && ip.src == ${foreign.sources[0]}`,
    'a routed IPv6 packet': `eth.src == ${primary.mac} && ipv6.src == ${foreign.sources[1]}`,
    'an ARP probe': `arp.src.proto_ipv4 == 0.0.0.0 && arp.dst.proto_ipv4 == ${foreign.asked[0]}`,
    'a solicitation in vain': `ipv6.src == :: && icmpv6.nd.ns.target_address == ${foreign.asked[1]}`,
    "an answer for another station's address": `arp.opcode == 2 && eth.src == ${primary.mac} && arp.src.proto_ipv4 == ${macvlan.address}`,
  };
  const missing = await Promise.all(
    Object.entries(needed).map(async ([what, filter]) => {
      return (await dissectedFrames(tap.file, filter)).length === 0 ? [what] : [];
    }),
  );
  return missing.flat().map((what) => `not valid: the guest never sent ${what}`);
}
