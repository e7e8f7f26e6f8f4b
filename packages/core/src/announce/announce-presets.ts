import type { AnnounceTiming } from './announce-timing.js';

/**
 * The kinds that announce a station where the policy does not say: a RARP for every station, and a gratuitous ARP
 * and a neighbour advertisement for each address the guest proved to own there.
 */
export const DEFAULT_ANNOUNCE_KINDS: readonly string[] = ['rarp', 'garp', 'na'];

/** Names of what networks want to hear. */
export type AnnouncePreset = 'switch' | 'evpn' | 'ovs-slb' | 'ovn-rarp';

/**
 * The kinds that suit a network, in sending order.
 * - `switch`: plain learning switches. A RARP moves the MAC and claims no address.
 * - `evpn`: VXLAN/EVPN fabrics, which move a MAC+IP route only on ARP or ND; both forms of gratuitous ARP, since
 *   receivers differ in which of them updates a neighbour entry.
 * - `ovs-slb`: Open vSwitch hosts with a balance-slb bond, which take a frame from a MAC they know elsewhere for
 *   their own come back, unless it is a gratuitous ARP (`is_gratuitous_arp` in ofproto-dpif-xlate.c): also for
 *   stations without a known address.
 * - `ovn-rarp`: OVN with `activation-strategy=rarp`: the port opens when a RARP comes in; addresses it knows itself.
 */
export const ANNOUNCE_PRESETS: Readonly<Record<AnnouncePreset, readonly string[]>> = {
  switch: ['rarp'],
  evpn: ['rarp', 'garp', 'garp-reply', 'na'],
  'ovs-slb': ['null-garp', 'garp', 'na'],
  'ovn-rarp': ['rarp'],
};

/**
 * The schedule of rounds that a network wants, where it is not the usual one. An Open vSwitch locks an entry for 5 s
 * after a gratuitous ARP at the station's own port, and takes no other for a move meanwhile (`update_learning_table`
 * in ofproto-dpif-xlate.c; measured: refused 4.2 s after, taken at 4.6 s). A guest that sent one just before it left is
 * moved by a round after that time alone: rounds at 0, 50, 600, 1650, 3200 and 5200 ms.
 */
export const PRESET_TIMINGS: Readonly<Partial<Record<AnnouncePreset, AnnounceTiming>>> = {
  'ovs-slb': { initialMs: 50, stepMs: 500, maxMs: 2000, rounds: 6 },
};
