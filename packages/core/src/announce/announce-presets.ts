import type { FrameRate } from './announce-pacing.js';
import type { AnnounceTiming } from './announce-timing.js';

/**
 * The kinds that announce a station where the policy does not say: a RARP for every station, and a gratuitous ARP
 * and a neighbour advertisement for each address the guest proved to own there.
 */
export const DEFAULT_ANNOUNCE_KINDS: readonly string[] = ['rarp', 'garp', 'na'];

/** Names of what networks want to hear. */
export type AnnouncePreset = 'switch' | 'evpn' | 'sonic' | 'aci' | 'dai' | 'ovs-slb' | 'ovn-rarp';

/**
 * The kinds that suit a network, in sending order.
 * - `switch`: plain learning switches. A RARP moves the MAC and claims no address.
 * - `evpn`: VXLAN/EVPN fabrics, which move a MAC+IP route only on ARP or ND; both forms of gratuitous ARP, since
 *   receivers differ in which of them updates a neighbour entry; and the guest's own questions for its router, since a
 *   leaf that has no entry makes none of a gratuitous frame (Linux: arp_accept=0), but does of a question.
 * - `sonic`: SONiC switches: the same, with as few frames for the switch's processor as will do.
 * - `aci`: Cisco ACI, which takes an endpoint for a rogue that moves 10 times in 30 s: few rounds, so that two places that
 *   speak for one station, as with a failed migration, do not come to that.
 * - `dai`: networks with dynamic ARP inspection, which checks ARP alone and shuts a port that sends more than 15 a second: no ARP.
 * - `ovs-slb`: Open vSwitch hosts with a balance-slb bond, which take a frame from a MAC they know elsewhere for
 *   their own come back, unless it is a gratuitous ARP (`is_gratuitous_arp` in ofproto-dpif-xlate.c): also for
 *   stations without a known address.
 * - `ovn-rarp`: OVN with `activation-strategy=rarp`: the port opens when a RARP comes in; addresses it knows itself.
 */
export const ANNOUNCE_PRESETS: Readonly<Record<AnnouncePreset, readonly string[]>> = {
  switch: ['rarp'],
  evpn: ['rarp', 'garp', 'garp-reply', 'na', 'arp-ask', 'rs'],
  sonic: ['rarp', 'garp', 'na', 'arp-ask', 'rs'],
  aci: ['rarp', 'garp', 'na'],
  dai: ['rarp', 'na'],
  'ovs-slb': ['null-garp', 'garp', 'na'],
  'ovn-rarp': ['rarp'],
};

/**
 * Rounds at 0, 50, 300, 2000 and 5000 ms. Until about 215 ms after a move a Linux leaf holds the routing daemon's own
 * neighbour entry, which nothing that the guest sends can replace (measured with FRR 8.4); once it is gone, a question makes a new one. The
 * late rounds are for leaves that are slower.
 */
const LEAF_TIMING: AnnounceTiming = {
  initialMs: 50,
  stepMs: 100,
  maxMs: 3000,
  rounds: 5,
  pausesMs: [50, 250, 1700, 3000],
};

/**
 * The schedule of rounds that a network wants, where it is not the usual one. An Open vSwitch locks an entry for 5 s
 * after a gratuitous ARP at the station's own port, and takes no other for a move meanwhile (`update_learning_table`
 * in ofproto-dpif-xlate.c; measured: refused 4.2 s after, taken at 4.6 s). A guest that sent one just before it left is
 * moved by a round after that time alone: rounds at 0, 50, 600, 1650, 3200 and 5200 ms. For ACI: rounds at 0, 1 and 5 s.
 */
export const PRESET_TIMINGS: Readonly<Partial<Record<AnnouncePreset, AnnounceTiming>>> = {
  evpn: LEAF_TIMING,
  sonic: LEAF_TIMING,
  aci: { initialMs: 1000, stepMs: 3000, maxMs: 4000, rounds: 3 },
  'ovs-slb': { initialMs: 50, stepMs: 500, maxMs: 2000, rounds: 6 },
};

/**
 * How fast ARP and ND may leave in a network, where it is not the usual pace: under dynamic ARP inspection a port that sends more
 * than 15 ARP packets a second is shut (Cisco IOS, the default of an untrusted port), also where other rules have kinds that are ARP.
 */
export const PRESET_PACINGS: Readonly<Partial<Record<AnnouncePreset, FrameRate>>> = {
  dai: { framesPerSecond: 10, burst: 5 },
};
