// SPDX-License-Identifier: Apache-2.0
//
// Learns at a guest's port: a traffic-control classifier on the port's ingress, which is where the guest's own
// frames come in. Per station, a VLAN and a source address, it keeps when a frame was last seen and how many
// multicast membership reports there were; per station and IP address, when the guest last proved the address
// to be its own. It decides nothing: every frame goes on to the next filter.
//
// Uses what Linux 5.8 has (bpf_ktime_get_ns for programs under any licence is the newest of it). Little-endian
// machines only. After a change: npm run generate, in this package.

#include "claims.h"
#include <linux/pkt_cls.h>

// Hash maps of this port alone; whoever loads the program puts their descriptors here. What does not fit is not kept: user
// space takes out what is oldest (src/aged-map.ts).

// Its keys are a __u64: the VLAN (0 = untagged) in the two low bytes, then the source address as on the wire.
extern char stations;

struct sighting {
	__u64 last_seen_ns; // CLOCK_MONOTONIC
	__u64 reports; // of multicast groups: IGMP in the low half, MLD in the high one
#define ONE_IGMP_REPORT 1
#define ONE_MLD_REPORT (1ull << 32)
};

extern char addresses;

#define IPV4_PROTOCOL 9 // offset in the packet
#define HOP_BY_HOP 0
#define IGMP 2

// One byte near the beginning of a frame, which is at hand but for odd frames; 0 where the frame is too short.
INLINE __u8 early_byte(const struct __sk_buff *skb, __u32 offset)
{
	const __u8 *frame = (void *)(long)skb->data;
	if ((void *)frame + offset + 1 <= (void *)(long)skb->data_end)
		return frame[offset];
	__u8 byte = 0;
	load_bytes(skb, offset, &byte, 1);
	return byte;
}

// --- Multicast membership reports

// RFC 1112, 2236 and 3376.
INLINE int is_igmp_report(const struct __sk_buff *skb)
{
	__u16 ip[4];
	if (load_bytes(skb, ETH_HLEN, ip, sizeof(ip)) < 0)
		return 0;
	__u32 header = (ip[0] & 0x0f) * 4;
	__u8 type = 0;
	if (header < 20 || ip[3] & NET16(0x1fff) || load_bytes(skb, ETH_HLEN + header, &type, 1) < 0)
		return 0; // no message begins there, or in another fragment
	return type == 0x12 || type == 0x16 || type == 0x22;
}

// RFC 2710 and 3810: always behind a hop-by-hop header, which holds the router alert.
INLINE int is_mld_report(const struct __sk_buff *skb)
{
	__u8 header[2]; // what follows it, and its length beyond eight bytes in units of eight
	__u32 offset = ETH_HLEN + IPV6_HEADER_BYTES;
	if (load_bytes(skb, offset, header, sizeof(header)) < 0 || header[0] != ICMPV6)
		return 0;
	__u8 type = 0;
	load_bytes(skb, offset + 8 + header[1] * 8, &type, 1);
	return type == 131 || type == 143;
}

// --- What is kept

INLINE void see_station(const __u64 *station, __u64 now)
{
	struct sighting *known = lookup(&stations, station);
	if (known) { // written in place: an update would look the station up again and take a lock
		known->last_seen_ns = now;
		return;
	}
	struct sighting first = {now, 0};
	update(&stations, station, &first, BPF_NOEXIST);
}

INLINE void count_report(const __u64 *station, __u64 one)
{
	struct sighting *known = lookup(&stations, station);
	if (known)
		__sync_fetch_and_add(&known->reports, one);
}

INLINE void learn_address(const struct address *address, const struct claim *claim)
{
	struct claim *known = lookup(&addresses, address);
	if (!known) {
		update(&addresses, address, claim, BPF_NOEXIST);
		return;
	}
	if (claim->asserted_ns)
		known->asserted_ns = claim->asserted_ns;
	if (claim->answered_ns)
		known->answered_ns = claim->answered_ns;
	if (claim->said)
		known->said = claim->said;
}

__attribute__((section("classifier"), used)) int learn(struct __sk_buff *skb)
{
	// What nic-herald itself puts in at this port carries the port's number as its mark. Learned, a guess of
	// ours would be evidence at the guest's next migration.
	if (skb->mark == skb->ifindex)
		return TC_ACT_UNSPEC;

	// What QEMU announces comes in here too and is not the guest's word: it names the MAC that the card was
	// made with, which a guest that set another one uses no more.
	if (skb->protocol == NET16(ETH_P_RARP))
		return TC_ACT_UNSPEC;

	const __u16 *header = (void *)(long)skb->data;
	if ((void *)header + ETH_HLEN > (void *)(long)skb->data_end)
		return TC_ACT_UNSPEC;
	__u64 source = mac_at(header + 3);
	if (source == 0 || source & GROUP_BIT)
		return TC_ACT_UNSPEC;

	// The kernel has taken the outermost tag off before this hook. A customer tag names the VLAN, whatever tags
	// are within; to an 802.1Q bridge a frame with a service tag (802.1ad) is untagged.
	__u64 vlan = 0;
	__u8 has_service_tag = 0;
	if (skb->vlan_present) {
		if (skb->vlan_proto == NET16(ETH_P_8021Q))
			vlan = skb->vlan_tci & VID_MASK;
		else
			has_service_tag = 1;
	}

	__u64 station = source << 16 | vlan;
	__u64 now = ktime_get_ns();
	see_station(&station, now);

	// What is behind a service tag cannot be announced. (Behind a further customer tag there is no IP either: the
	// protocol is then that tag's.)
	if (has_service_tag)
		return TC_ACT_UNSPEC;
	if (skb->protocol == NET16(ETH_P_IP)) {
		if (early_byte(skb, ETH_HLEN + IPV4_PROTOCOL) == IGMP && is_igmp_report(skb))
			count_report(&station, ONE_IGMP_REPORT);
		return TC_ACT_UNSPEC;
	}
	struct address address = {station, {0, 0}};
	struct claim claim = {0, 0, 0};
	if (skb->protocol == NET16(ETH_P_IPV6)) {
		__u8 next = early_byte(skb, ETH_HLEN + IPV6_NEXT_HEADER);
		if (next == HOP_BY_HOP && is_mld_report(skb))
			count_report(&station, ONE_MLD_REPORT);
		if (next != ICMPV6 || !discovery_claims(skb, source, now, &address, &claim))
			return TC_ACT_UNSPEC;
	} else if (skb->protocol != NET16(ETH_P_ARP) || !arp_claims(skb, source, now, &address, &claim)) {
		return TC_ACT_UNSPEC;
	}
	learn_address(&address, &claim);
	return TC_ACT_UNSPEC;
}
